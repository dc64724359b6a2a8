// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * How often each of any number of clients may do something: a token bucket for each, in the form of the time at which
 * it will be full again (ITU-T I.371, the generic cell rate algorithm). Any thread may use it.
 *
 * <p>The buckets lie in two tables of fixed size, at places that follow from the client's key, and the fuller of a
 * client's two counts (a count-min sketch with conservative update; Cormode and Muthukrishnan 2005). So nobody's debt
 * is ever forgotten to make room for another's, and memory does not depend on how many clients there are. A client is
 * refused for the sake of others only if others are in debt at both of its places.
 */
final class Rate {
    private static final int BITS = 15;
    private static final int LOCKS = 64;

    private final AtomicLongArray first = new AtomicLongArray(1 << BITS);
    private final AtomicLongArray second = new AtomicLongArray(1 << BITS);
    private final Object[] locks = new Object[LOCKS];
    private final long intervalNanos;
    private final long depthNanos;
    private final LongSupplier nanos;
    private final long origin;

    /**
     * Buckets that are full.
     *
     * @param count how often in that time
     * @param windowNanos the time, in nanoseconds; a full bucket lasts for {@code burst} times as much
     */
    Rate(int count, long windowNanos, int burst, LongSupplier nanos) {
        this.intervalNanos = Math.max(1, windowNanos / count);
        this.depthNanos = intervalNanos * count * burst;
        this.nanos = nanos;
        this.origin = nanos.getAsLong();
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new Object();
        }
    }

    /**
     * Takes so much from the client's bucket if there is anything in it; it may owe the rest.
     *
     * @param key spreads evenly over all numbers, and nobody can choose it
     * @return how long it has to wait when there is nothing, in nanoseconds; else 0
     */
    long take(long key, int count) {
        synchronized (lock(key)) {
            long wait = debt(key);
            if (wait == 0) {
                owe(key, count);
            }
            return wait;
        }
    }

    /** How long the client has to wait because its bucket is empty, in nanoseconds; 0 when it is not. */
    long debt(long key) {
        return Math.max(0, full(key) - (nanos.getAsLong() - origin) + intervalNanos - depthNanos);
    }

    /** Takes so much whether there is anything or not. */
    void owe(long key, int count) {
        synchronized (lock(key)) {
            long later = Math.max(nanos.getAsLong() - origin, full(key)) + count * intervalNanos;
            first.accumulateAndGet(one(key), later, Math::max);
            second.accumulateAndGet(other(key), later, Math::max);
        }
    }

    private long full(long key) {
        return Math.min(first.get(one(key)), second.get(other(key)));
    }

    private Object lock(long key) {
        return locks[(int) (key & (LOCKS - 1))];
    }

    private static int one(long key) {
        return (int) (key >>> (Long.SIZE - BITS));
    }

    private static int other(long key) {
        return (int) (key >>> (Long.SIZE - 2 * BITS)) & ((1 << BITS) - 1);
    }

    /** How long until everybody's bucket is full who does nothing, in seconds: the quota's window. */
    long windowSeconds() {
        return Math.max(1, TimeUnit.NANOSECONDS.toSeconds(depthNanos));
    }

    /** What is in a full bucket. */
    long quota() {
        return depthNanos / intervalNanos;
    }
}
