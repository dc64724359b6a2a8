// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.QueueName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;

/** The queues of a store as one turn sees them: those that it has touched, and all others as they were. */
final class TurnQueues implements Shelves {
    /** When the store is full so many that have expired go at once; the rest goes with the next sweep. */
    private static final int MOST_EXPIRED = 10_000;

    private final Contents contents;
    private final Sql sql;
    private final Ledger ledger;
    /** Null stands for a queue that has gone. */
    private final Map<QueueName, TurnQueue> touched = new HashMap<>();

    private final List<StoredQueue> gone = new ArrayList<>();

    TurnQueues(Contents contents, Sql sql, Ledger ledger) {
        this.contents = contents;
        this.sql = sql;
        this.ledger = ledger;
    }

    /** The queue, or null. */
    TurnQueue find(QueueName name) {
        if (touched.containsKey(name)) {
            return touched.get(name);
        }
        StoredQueue stored = contents.queue(name);
        return stored == null ? null : add(stored);
    }

    /** Takes in a queue, new or not. */
    TurnQueue add(StoredQueue stored) {
        Rows rows = stored.name().isTransient() ? Rows.NOWHERE : new FileRows(sql, stored.row());
        TurnQueue queue = new TurnQueue(stored, rows, ledger);
        touched.put(stored.name(), queue);
        return queue;
    }

    void remove(TurnQueue queue) {
        queue.remove();
        gone.add(queue.stored());
        touched.put(queue.row().name(), null);
    }

    Collection<TurnQueue> there() {
        return touched.values().stream().filter(Objects::nonNull).toList();
    }

    List<StoredQueue> gone() {
        return gone;
    }

    /** Whether anything about those that are there has changed. */
    boolean changed() {
        return there().stream().anyMatch(TurnQueue::changed);
    }

    /** The same for those that lie in the file. */
    boolean changedInFile() {
        return there().stream()
                .anyMatch(queue -> queue.changed() && !queue.row().name().isTransient());
    }

    /** Whether there is a queue whose messages are in memory only. */
    boolean hasTransient() {
        return QueueName.TRANSIENT.stream().anyMatch(this::isThere);
    }

    private boolean isThere(QueueName name) {
        return touched.containsKey(name) ? touched.get(name) != null : contents.queue(name) != null;
    }

    void write() {
        there().forEach(TurnQueue::write);
    }

    @Override
    public Shelf shelf(QueueName name) {
        TurnQueue queue = find(name);
        return queue == null ? Shelf.EMPTY : queue;
    }

    @Override
    public void dropExpired(long millis) {
        int left = MOST_EXPIRED;
        for (StoredQueue stored : contents.queues()) {
            left -= left == 0 ? 0 : dropExpired(stored, millis, left);
        }
    }

    /** Drops not more than so many that have expired in a queue, and returns how many it were. */
    int dropExpired(StoredQueue stored, long millis, int most) {
        if (stored.soonest() > millis) {
            return 0;
        }
        TurnQueue queue = find(stored.name());
        return queue == null ? 0 : queue.dropExpired(millis, most);
    }

    @Override
    public void forEachInMailboxes(ToLongFunction<QueueName> upTo, BiConsumer<QueueName, Slip> action) {
        for (StoredQueue stored : contents.queues()) {
            QueueName name = stored.name();
            if (name.isMailbox() && stored.count() > 0 && !touched.containsKey(name)) {
                new TurnQueue(stored, Rows.NOWHERE, ledger)
                        .forEachUpTo(upTo.applyAsLong(name), slip -> action.accept(name, slip));
            }
        }
        for (TurnQueue queue : there()) {
            QueueName name = queue.row().name();
            if (name.isMailbox() && queue.count() > 0) {
                queue.forEachUpTo(upTo.applyAsLong(name), slip -> action.accept(name, slip));
            }
        }
    }
}
