// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Store;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is known in memory of a store that lies in a file. It shows what the last turn has left, never half of one that
 * is under way. Any thread may look at queues, state and totals; all else is for the writer's thread.
 */
final class Contents {
    private final Map<QueueName, StoredQueue> queues = new ConcurrentHashMap<>();
    private final Ledger ledger;
    private final Keys keys;
    private final Cache cache;
    private volatile State state;
    /** Up to where the file has offsets as given out. */
    private long reserved;

    private final long forgotten;
    private int mailboxes;
    private long lastId;

    Contents(Limits limits, Clocks clocks, long cacheBytes, State state) {
        this.ledger = new Ledger(limits);
        this.keys = new Keys(clocks);
        this.cache = new Cache(cacheBytes, ledger.encodedBytes());
        this.state = state;
        this.reserved = state.last();
        this.forgotten = state.last();
    }

    State state() {
        return state;
    }

    /** The queue, or null. */
    StoredQueue queue(QueueName name) {
        return queues.get(name);
    }

    Collection<StoredQueue> queues() {
        return queues.values();
    }

    Store.Size size(QueueName name) {
        StoredQueue queue = queues.get(name);
        // The floor of those that have gone is raised before one goes, so no lock is needed.
        return queue == null ? new Store.Size(0, 0, floor(name)) : queue.size();
    }

    private long floor(QueueName name) {
        long floor = state.floor(name.kind());
        return name.isTransient() ? Math.max(floor, forgotten) : floor;
    }

    /** Up to here there may have been messages in a transient queue when the store was open before. */
    long forgotten() {
        return forgotten;
    }

    /** Up to where the file has offsets as given out: the last one, or beyond it. */
    long reserved() {
        return reserved;
    }

    Ledger ledger() {
        return ledger;
    }

    Keys keys() {
        return keys;
    }

    int mailboxes() {
        return mailboxes;
    }

    /** The highest number that a queue has in the file. */
    long lastId() {
        return lastId;
    }

    /** Takes in a queue, as it was found. */
    void add(StoredQueue queue) {
        queues.put(queue.name(), queue);
        ledger.add(queue.count(), queue.bytes());
        mailboxes += queue.name().isMailbox() ? 1 : 0;
        lastId = Math.max(lastId, queue.id());
    }

    /** The turn is safe: what it has changed is shown. */
    void become(Turn turn) {
        ledger.become(turn.ledger());
        if (!turn.isChange()) {
            return;
        }
        state = turn.state();
        reserved = turn.reserved();
        mailboxes = turn.mailboxes();
        lastId = turn.lastId();
        turn.keys().settle();
        turn.removed().forEach(this::remove);
        turn.queues().forEach(this::become);
        cache.shrink(message -> queues.get(message.queue()).evict(message));
    }

    private void remove(StoredQueue queue) {
        queues.remove(queue.name(), queue);
        for (Message message : queue.window()) {
            cache.remove(message.offset());
        }
    }

    private void become(TurnQueue turn) {
        turn.added().forEach(cache::add);
        turn.stored().become(turn);
        queues.putIfAbsent(turn.stored().name(), turn.stored());
        turn.dropped().forEach(cache::remove);
    }
}
