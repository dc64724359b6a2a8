// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Key;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.Publication;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.Refusal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The idempotency keys of the last minutes, oldest first. There may be a layer of changes over those that are kept; it
 * is settled or thrown away as a whole. For one thread at a time.
 */
final class Keys {
    /** What one entry costs in memory, about, in bytes. */
    private static final int COST = 512;

    private record Id(QueueName queue, String key) {}

    private record Entry(String fingerprint, Receipt receipt, long nanos) {}

    private final Clocks clocks;
    private final Keys below;
    private final Map<Id, Entry> entries = new LinkedHashMap<>();
    private final Map<QueueName, Set<Id>> ofQueue = new HashMap<>();
    /** Of these queues nothing below this layer counts. */
    private final Set<QueueName> forgotten = new HashSet<>();

    Keys(Clocks clocks) {
        this(clocks, null);
    }

    private Keys(Clocks clocks, Keys below) {
        this.clocks = clocks;
        this.below = below;
    }

    /** A layer over these. */
    Keys layer() {
        return new Keys(clocks, this);
    }

    /** Brings the changes of this layer to those below it. */
    void settle() {
        forgotten.forEach(below::forget);
        entries.forEach(below::put);
    }

    /** The answer that was given under this key, or the refusal of another content, or null when it is new. */
    Publication find(QueueName queue, Key key) {
        expire();
        Entry entry = entry(new Id(queue, key.value()));
        if (entry == null) {
            return null;
        }
        return entry.fingerprint().equals(key.fingerprint()) ? entry.receipt() : Refusal.KEY_REUSED;
    }

    private Entry entry(Id id) {
        Entry entry = entries.get(id);
        return entry == null && below != null && !forgotten.contains(id.queue()) ? below.entry(id) : entry;
    }

    void put(QueueName queue, Key key, Receipt receipt) {
        put(queue, key, receipt, 0);
    }

    /** Remembers a key since so long ago; those must come oldest first. */
    void put(QueueName queue, Key key, Receipt receipt, long ageNanos) {
        put(new Id(queue, key.value()), new Entry(key.fingerprint(), receipt, clocks.nanoTime() - ageNanos));
    }

    private void put(Id id, Entry entry) {
        entries.put(id, entry);
        ofQueue.computeIfAbsent(id.queue(), queue -> new HashSet<>(2)).add(id);
    }

    /** What they take in memory, about, in bytes. */
    long bytes() {
        return (long) entries.size() * COST + (below == null ? 0 : below.bytes());
    }

    /** Forgets what is too old. */
    void expire() {
        if (below != null) {
            below.expire();
            return;
        }
        long now = clocks.nanoTime();
        Iterator<Map.Entry<Id, Entry>> oldest = entries.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<Id, Entry> next = oldest.next();
            if (now - next.getValue().nanos() < Limits.KEY_KEPT.toNanos()) {
                return;
            }
            oldest.remove();
            leave(next.getKey());
        }
    }

    private void leave(Id id) {
        ofQueue.computeIfPresent(id.queue(), (queue, ids) -> ids.remove(id) && ids.isEmpty() ? null : ids);
    }

    /** The offset that the oldest receipt names, or the largest of all when there is none. */
    long oldest() {
        if (below != null && below.oldest() != Long.MAX_VALUE) {
            return below.oldest();
        }
        return entries.isEmpty()
                ? Long.MAX_VALUE
                : entries.values().iterator().next().receipt().id().offset();
    }

    void forget(QueueName queue) {
        Set<Id> ids = ofQueue.remove(queue);
        if (ids != null) {
            ids.forEach(entries::remove);
        }
        if (below != null) {
            forgotten.add(queue);
        }
    }
}
