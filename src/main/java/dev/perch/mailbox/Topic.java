// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A topic: its queue, the mailboxes that follow it, and the reads that are parked on it. */
final class Topic {
    private final Queue queue;
    private final Set<String> followers = ConcurrentHashMap.newKeySet();
    private final Set<Reader> parked = ConcurrentHashMap.newKeySet();
    /** How many reads have it in their view, changed only inside the registry's atomic step for this name. */
    private int holds;

    Topic(Queue queue) {
        this.queue = queue;
    }

    Queue queue() {
        return queue;
    }

    String name() {
        return queue.name().name();
    }

    /** The names of the mailboxes that follow it, kept by the registry. */
    Set<String> followers() {
        return followers;
    }

    void park(Reader reader) {
        parked.add(reader);
    }

    void unpark(Reader reader) {
        parked.remove(reader);
    }

    /** Those who wait for something on this topic, as far as they are there for the whole of the look. */
    Collection<Reader> parked() {
        return parked;
    }

    Topic hold() {
        holds++;
        return this;
    }

    void release() {
        holds--;
    }

    /** Whether nobody would notice if it were made anew. */
    boolean unused() {
        return holds == 0 && followers.isEmpty() && !queue.name().equals(QueueName.BROADCAST);
    }
}
