// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.QueueName;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;

/** All queues of a store, as far as it matters who gives way. */
interface Shelves {
    /** The queue, or an empty one where there is none. */
    Shelf shelf(QueueName name);

    /** Drops what has expired in any queue. */
    void dropExpired(long millis);

    /** Shows the messages of all mailboxes up to an offset of each, in no particular order. */
    void forEachInMailboxes(ToLongFunction<QueueName> upTo, BiConsumer<QueueName, Slip> action);
}
