// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.Map;
import java.util.SortedSet;

/** What there is to tell about a mailbox or a topic without changing anything. */
public sealed interface Status {
    /**
     * A mailbox.
     *
     * @param name its name
     * @param size what its own queue holds
     * @param handed how far messages have been given to its readers
     * @param acked how far a reader has proved to have them
     * @param last the id of the newest message in its own queue
     * @param parked how many reads wait
     * @param online whether somebody reads it, or has done so just now
     * @param sinceMillis since when that is so, in milliseconds since 1970
     * @param follows the topics it follows, and from where on
     */
    record OfMailbox(
            String name,
            Store.Size size,
            Cursor handed,
            Cursor acked,
            Cursor last,
            int parked,
            boolean online,
            long sinceMillis,
            Map<String, Cursor> follows)
            implements Status {}

    /**
     * A topic.
     *
     * @param name its name
     * @param size what its queue holds
     * @param last the id of its newest message
     * @param parked how many reads wait for something on it, those of mailboxes that follow it too
     * @param followers the mailboxes that follow it
     */
    record OfTopic(String name, Store.Size size, Cursor last, int parked, SortedSet<String> followers)
            implements Status {}
}
