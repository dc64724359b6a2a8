// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

/**
 * A bounded, ordered run of messages, as the domain knows it: its name and how far it goes. The messages themselves are
 * in the store.
 */
final class Queue {
    private final QueueName name;
    private volatile long last;

    Queue(QueueName name, long last) {
        this.name = name;
        this.last = last;
    }

    QueueName name() {
        return name;
    }

    /** The offset of the newest message that may be read, or a higher one: behind it there is nothing to read. */
    long last() {
        return last;
    }

    /** The queue goes further. Called by the store only, one call at a time. */
    void extend(long offset) {
        last = Math.max(last, offset);
    }
}
