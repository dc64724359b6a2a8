// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import java.util.Collection;
import java.util.Iterator;

/** Goes through all queues once and drops what has expired in them, and then the keys that are too old. */
final class Expiry implements Chore.Work {
    /** So many queues are looked at before others have their turn. */
    private static final int QUEUES = 10_000;

    private final Iterator<StoredQueue> rest;
    /** The one in which there may be more, or null. */
    private StoredQueue queue;

    Expiry(Collection<StoredQueue> queues) {
        rest = queues.iterator();
    }

    @Override
    public boolean slice(Turn turn, int most) {
        int left = most;
        for (int i = 0; i < QUEUES && left > 0 && (queue != null || rest.hasNext()); i++) {
            queue = queue == null ? rest.next() : queue;
            left -= turn.expire(queue, left);
            queue = left > 0 ? null : queue;
        }
        return queue == null && !rest.hasNext() && turn.expireKeys(most);
    }
}
