// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Looks at mailboxes and topics without changing them. Any thread may use it.
 *
 * @param store which keeps their messages
 */
record Survey(Store store) {
    Status of(Mailbox mailbox) {
        Map<String, Cursor> follows = new TreeMap<>();
        mailbox.follows().forEach((topic, since) -> follows.put(topic, cursor(since)));
        Presence.State state = mailbox.presence().state();
        return new Status.OfMailbox(
                mailbox.name(),
                store.size(mailbox.queue().name()),
                cursor(mailbox.handed()),
                cursor(mailbox.acked()),
                cursor(mailbox.queue().last()),
                mailbox.parked().size(),
                state.online(),
                state.sinceMillis(),
                follows);
    }

    Status of(Topic topic) {
        SortedSet<String> followers = new TreeSet<>(topic.followers());
        return new Status.OfTopic(
                topic.name(),
                store.size(topic.queue().name()),
                cursor(topic.queue().last()),
                topic.parked().size(),
                followers);
    }

    private Cursor cursor(long offset) {
        return new Cursor(store.epoch(), offset, false);
    }
}
