// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Limits;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.Store;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a whole store holds, held against its limits. Changed under the store's lock; may be read by any thread. */
final class Ledger {
    /** A full store is searched for what may give way at most this often. */
    private static final long RELIEF_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** And then a little more is freed than is needed, so that the next publisher finds room: one part in so many. */
    private static final int RELIEF_PART = 32;

    private final Limits limits;
    private final LongAdder encodedBytes = new LongAdder();
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private long relievedNanos;
    private boolean relieved;

    Ledger(Limits limits) {
        this.limits = limits;
    }

    /** Where messages count the bytes of their JSON forms. */
    LongAdder encodedBytes() {
        return encodedBytes;
    }

    void add(Message message) {
        messages.incrementAndGet();
        bytes.addAndGet(message.bytes());
    }

    void remove(List<Message> dropped) {
        dropped.forEach(this::remove);
    }

    private void remove(Message message) {
        messages.decrementAndGet();
        bytes.addAndGet(-message.bytes());
        message.dropped();
    }

    boolean fits(int more, long moreBytes, long keyBytes) {
        return messages.get() + more <= limits.storeMessages()
                && memory() + moreBytes + (long) more * Message.OVERHEAD + keyBytes <= limits.storeBytes();
    }

    boolean isRelieved(long keyBytes) {
        return messages.get() <= limits.storeMessages() - limits.storeMessages() / RELIEF_PART - 1
                && memory() + keyBytes <= limits.storeBytes() - limits.storeBytes() / RELIEF_PART;
    }

    boolean mayRelieve(long nanos) {
        if (relieved && nanos - relievedNanos < RELIEF_NANOS) {
            return false;
        }
        relieved = true;
        relievedNanos = nanos;
        return true;
    }

    Store.Totals totals() {
        return new Store.Totals(messages.get(), bytes.get(), memory());
    }

    private long memory() {
        return bytes.get() + messages.get() * Message.OVERHEAD + encodedBytes.sum();
    }
}
