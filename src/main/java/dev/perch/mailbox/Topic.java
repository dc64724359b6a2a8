// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A topic: its queue, the mailboxes that follow it, and the reads that are parked on it. */
final class Topic {
    private final Queue queue;
    private final Set<String> followers = ConcurrentHashMap.newKeySet();
    /** Of broadcast these are all that there are, so what one costs counts: no more than two references. */
    private final Set<Reader> parked = Collections.newSetFromMap(new IdentityHashMap<>(1));
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
        synchronized (parked) {
            parked.add(reader);
        }
    }

    void unpark(Reader reader) {
        synchronized (parked) {
            parked.remove(reader);
        }
    }

    /** Those who wait for something on this topic now. */
    List<Reader> parked() {
        synchronized (parked) {
            return List.of(parked.toArray(Reader[]::new));
        }
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
