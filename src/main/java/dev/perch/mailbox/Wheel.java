// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Deadlines of many parked reads, kept in a hashed timing wheel (Varghese and Lauck, 1987): to set or cancel one costs
 * the same whatever their number, and none of them needs a thread or a place in a heap. It is coarse: a timer expires
 * up to {@value #TICK_MILLIS} ms late, never early. Any thread may use it.
 */
public final class Wheel implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Wheel.class.getName());
    private static final int TICK_MILLIS = 50;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
    private static final int BUCKETS = 512;
    private static final int SHARE = 64;

    private final LongSupplier nanos;
    private final Executor executor;
    private final long origin;
    private final Bucket[] buckets = new Bucket[BUCKETS];
    private final Thread thread = new Thread(this::run, "perch-wheel");
    /** All ticks up to this one have been looked at. Written under this object's lock. */
    private volatile long passed;

    private volatile boolean closed;

    /** Something that is to happen once, at a time. It can be set again after it has expired or was cancelled. */
    public abstract static class Timer {
        private Timer previous;
        private Timer next;
        private long tick;
        private volatile Bucket bucket;

        /** Called once for every setting that is not cancelled in time, on the executor of the wheel. */
        protected abstract void expire();
    }

    /** The head of a ring of timers; its lock guards the links of all of them. */
    private static final class Bucket extends Timer {
        Bucket() {
            super.previous = this;
            super.next = this;
        }

        @Override
        protected void expire() {
            throw new IllegalStateException("a bucket is no timer");
        }
    }

    /**
     * A wheel that stands still until somebody calls {@link #start} or {@link #advance}.
     *
     * @param nanos the steady clock, in nanoseconds
     * @param executor where timers expire
     */
    public Wheel(LongSupplier nanos, Executor executor) {
        this.nanos = nanos;
        this.executor = executor;
        this.origin = nanos.getAsLong();
        for (int i = 0; i < BUCKETS; i++) {
            buckets[i] = new Bucket();
        }
    }

    /** Lets a thread of its own turn the wheel until it is closed. */
    public void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Sets a timer that is not set, to expire when {@code delayNanos} nanoseconds have passed. */
    public void schedule(Timer timer, long delayNanos) {
        long delay = Math.min(Math.max(0, delayNanos), Long.MAX_VALUE / 2);
        long tick = (nanos.getAsLong() - origin + delay) / TICK_NANOS + 1;
        Bucket bucket = buckets[(int) (tick % BUCKETS)];
        synchronized (bucket) {
            if (timer.bucket != null) {
                throw new IllegalStateException("the timer is set already");
            }
            timer.tick = tick;
            timer.bucket = bucket;
            timer.previous = ((Timer) bucket).previous;
            timer.next = bucket;
            timer.previous.next = timer;
            ((Timer) bucket).previous = timer;
        }
        if (tick <= passed && cancel(timer)) {
            executor.execute(() -> expire(timer));
        }
    }

    /** Does something, which nobody takes back, when {@code nanos} nanoseconds have passed. */
    public void after(long nanos, Runnable task) {
        Timer once = new Timer() {
            @Override
            protected void expire() {
                task.run();
            }
        };
        schedule(once, nanos);
    }

    /** Takes a timer back; false when it was not set or is about to expire. */
    public boolean cancel(Timer timer) {
        Bucket bucket = timer.bucket;
        if (bucket == null) {
            return false;
        }
        synchronized (bucket) {
            if (timer.bucket != bucket) {
                return false;
            }
            unlink(timer);
            return true;
        }
    }

    /** Lets everything expire whose time has come. */
    public synchronized void advance() {
        long now = (nanos.getAsLong() - origin) / TICK_NANOS;
        long from = Math.max(passed + 1, now - BUCKETS + 1);
        passed = Math.max(passed, now);
        List<Timer> due = new ArrayList<>();
        for (long tick = from; tick <= now; tick++) {
            collect(buckets[(int) (tick % BUCKETS)], now, due);
        }
        Shares.run(due, SHARE, executor, Wheel::expire);
    }

    /** Stops the thread; what has not expired never will. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    /** One timer that fails must not take the others along. */
    private static void expire(Timer timer) {
        try {
            timer.expire();
        } catch (RuntimeException | Error e) {
            LOG.log(Logger.Level.ERROR, "a timer failed", e);
        }
    }

    private static void collect(Bucket bucket, long now, List<Timer> due) {
        synchronized (bucket) {
            Timer timer = ((Timer) bucket).next;
            while (timer != bucket) {
                Timer following = timer.next;
                if (timer.tick <= now) {
                    unlink(timer);
                    due.add(timer);
                }
                timer = following;
            }
        }
    }

    private static void unlink(Timer timer) {
        timer.previous.next = timer.next;
        timer.next.previous = timer.previous;
        timer.previous = null;
        timer.next = null;
        timer.bucket = null;
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(TICK_NANOS);
            try {
                advance();
            } catch (RuntimeException | Error e) {
                // Without this thread nobody who waits would ever be answered.
                LOG.log(Logger.Level.ERROR, "deadlines could not be looked at", e);
            }
        }
    }
}
