// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.Connection;

/**
 * The executor of the HTTP server, which brings connections whose request has been answered to their next one. Jetty
 * gives such a connection to another thread, in case that there is a request already; there hardly ever is one, and to
 * wake a thread costs more than to look. So the thread that has answered looks itself, when it has done what it does.
 */
public final class Turnaround implements Executor {
    /** A thread takes on no more connections than these; clients that send requests ahead must not keep it for long. */
    private static final int MOST = 64;

    private final Executor pool;
    private final ThreadLocal<Rest> rests = ThreadLocal.withInitial(Rest::new);

    /** Over the threads of that pool. */
    public Turnaround(Executor pool) {
        this.pool = pool;
    }

    @Override
    public void execute(Runnable task) {
        if (!(task instanceof Connection) || !rests.get().takes(task)) {
            pool.execute(task);
        }
    }

    /** Threads of the same pool for tasks that may answer requests, and come to an end. */
    public Executor answering() {
        return task -> pool.execute(() -> run(task));
    }

    private void run(Runnable task) {
        boolean outermost = begin();
        try {
            task.run();
        } finally {
            if (outermost) {
                end();
            }
        }
    }

    /** This thread begins to do something; false when it had begun before. To be followed by {@link #end} if true. */
    boolean begin() {
        Rest rest = rests.get();
        boolean outermost = !rest.open;
        rest.open = true;
        return outermost;
    }

    /** This thread has done it, and goes on with the connections that it has answered. */
    void end() {
        Rest rest = rests.get();
        try {
            for (Runnable next = rest.waiting.poll(); next != null; next = rest.waiting.poll()) {
                next.run();
            }
        } finally {
            rest.close(pool);
        }
    }

    /** What a thread has still to do. */
    private static final class Rest {
        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>(MOST);
        private int taken;
        private boolean open;

        boolean takes(Runnable connection) {
            if (!open || taken == MOST) {
                return false;
            }
            taken++;
            waiting.add(connection);
            return true;
        }

        void close(Executor pool) {
            waiting.forEach(pool::execute);
            waiting.clear();
            taken = 0;
            open = false;
        }
    }
}
