// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import java.lang.System.Logger;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs tasks that never wait for anything, so that as many threads as there are processors do all of them as soon as
 * any number could. A pool alone takes a thread for each task that waits: for a broadcast all that it has, and what
 * they cost one another is more than the work. Tasks begin in the order in which they came. Any thread may use it.
 */
final class FewThreads implements Executor {
    private static final Logger LOG = System.getLogger(FewThreads.class.getName());

    private final Executor pool;
    private final int most;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger threads = new AtomicInteger();

    /** Takes no more threads of the pool at a time than {@code most}, which is at least 1. */
    FewThreads(Executor pool, int most) {
        this.pool = pool;
        this.most = most;
    }

    /** As many threads of the pool as there are processors. */
    FewThreads(Executor pool) {
        this(pool, Runtime.getRuntime().availableProcessors());
    }

    @Override
    public void execute(Runnable task) {
        waiting.add(task);
        if (take()) {
            Share share = new Share();
            try {
                pool.execute(share);
            } catch (RejectedExecutionException e) {
                // The pool is about to stop; what waits is done all the same, since somebody may wait for it.
                share.run();
            } catch (OutOfMemoryError e) {
                // The system has no thread for the pool. Perhaps the pool will do it later, perhaps never.
                LOG.log(Logger.Level.WARNING, "a thread could not be started", e);
                share.run();
            }
        }
    }

    /** What one thread does, whether that is one of the pool or the one that asked for it. */
    private final class Share extends AtomicBoolean implements Runnable {
        private static final long serialVersionUID = 1L;

        @Override
        public void run() {
            if (compareAndSet(false, true)) {
                work();
            }
        }
    }

    /** Whether there may be one thread more, which counts from now on. */
    private boolean take() {
        int now = threads.get();
        while (now < most) {
            if (threads.compareAndSet(now, now + 1)) {
                return true;
            }
            now = threads.get();
        }
        return false;
    }

    private void work() {
        do {
            for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
                run(task);
            }
            threads.decrementAndGet();
            // One that came between the last look and this has found no thread to take.
        } while (!waiting.isEmpty() && take());
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.log(Logger.Level.ERROR, "a task failed", e);
        }
    }
}
