// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Limits;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.Store;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a whole store holds, held against its limits. Changed by one thread at a time; may be read by any. */
final class Ledger {
    /** A full store is searched for what may give way at most this often. */
    private static final long RELIEF_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** And then a little more is freed than is needed, so that the next publisher finds room: one part in so many, */
    private static final int RELIEF_PART = 32;
    /** but not so many messages or bytes that publishers would wait long for them to go. */
    private static final long RELIEF_MESSAGES = 10_000;

    private static final long RELIEF_BYTES = 32 * 1024 * 1024;

    private final Limits limits;
    private final LongAdder encodedBytes;
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private long relievedNanos;
    private boolean relieved;

    Ledger(Limits limits) {
        this(limits, new LongAdder());
    }

    private Ledger(Limits limits, LongAdder encodedBytes) {
        this.limits = limits;
        this.encodedBytes = encodedBytes;
    }

    /** Another one with the same entries. */
    Ledger copy() {
        Ledger copy = new Ledger(limits, encodedBytes);
        copy.become(this);
        return copy;
    }

    /** Takes over the entries of another. */
    void become(Ledger other) {
        messages.set(other.messages.get());
        bytes.set(other.bytes.get());
        relievedNanos = other.relievedNanos;
        relieved = other.relieved;
    }

    /** Where messages in memory count the bytes of their JSON forms. */
    LongAdder encodedBytes() {
        return encodedBytes;
    }

    void add(long messageBytes) {
        add(1, messageBytes);
    }

    void add(long more, long moreBytes) {
        messages.addAndGet(more);
        bytes.addAndGet(moreBytes);
    }

    void remove(long messageBytes) {
        add(-1, -messageBytes);
    }

    boolean fits(long more, long moreBytes, long keyBytes) {
        return messages.get() + more <= limits.storeMessages()
                && memory() + moreBytes + more * Message.OVERHEAD + keyBytes <= limits.storeBytes();
    }

    boolean isRelieved(long keyBytes) {
        long spareMessages = Math.min(RELIEF_MESSAGES, limits.storeMessages() / RELIEF_PART + 1);
        long spareBytes = Math.min(RELIEF_BYTES, limits.storeBytes() / RELIEF_PART);
        return messages.get() <= limits.storeMessages() - spareMessages
                && memory() + keyBytes <= limits.storeBytes() - spareBytes;
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
