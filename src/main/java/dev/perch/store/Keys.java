// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Key;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.Publication;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.Refusal;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** The idempotency keys of the last minutes, oldest first. For one thread at a time. */
final class Keys {
    /** What one entry costs in memory, about, in bytes. */
    private static final int COST = 512;

    private record Id(QueueName queue, String key) {}

    private record Entry(String fingerprint, Receipt receipt, long nanos) {}

    private final Clocks clocks;
    private final Map<Id, Entry> entries = new LinkedHashMap<>();

    Keys(Clocks clocks) {
        this.clocks = clocks;
    }

    /** The answer that was given under this key, or the refusal of another content, or null when it is new. */
    Publication find(QueueName queue, Key key) {
        expire();
        Entry entry = entries.get(new Id(queue, key.value()));
        if (entry == null) {
            return null;
        }
        return entry.fingerprint().equals(key.fingerprint()) ? entry.receipt() : Refusal.KEY_REUSED;
    }

    void put(QueueName queue, Key key, Receipt receipt) {
        entries.put(new Id(queue, key.value()), new Entry(key.fingerprint(), receipt, clocks.nanoTime()));
    }

    /** What they take in memory, about, in bytes. */
    long bytes() {
        return (long) entries.size() * COST;
    }

    void expire() {
        long now = clocks.nanoTime();
        Iterator<Entry> oldest = entries.values().iterator();
        while (oldest.hasNext() && now - oldest.next().nanos() >= Limits.KEY_KEPT.toNanos()) {
            oldest.remove();
        }
    }

    void forget(QueueName queue) {
        entries.keySet().removeIf(id -> id.queue().equals(queue));
    }
}
