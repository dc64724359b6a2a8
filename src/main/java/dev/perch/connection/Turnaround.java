// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import dev.perch.mailbox.Shares;
import java.util.ArrayDeque;
import java.util.List;
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

    /**
     * Threads of the same pool, a few of its own for each caller, for tasks that may answer requests and never wait.
     */
    public Executor answering() {
        Executor few = new FewThreads(pool);
        return task -> few.execute(() -> run(task));
    }

    /**
     * Runs tasks that may answer requests at once, on the calling thread, which is somebody else's and has other things
     * to do then: the connections that it has answered go on elsewhere, up to {@value #MOST} together.
     */
    public Executor passing(Executor elsewhere) {
        Executor there = share -> elsewhere.execute(() -> run(share));
        return task -> {
            boolean outermost = begin(Integer.MAX_VALUE);
            try {
                task.run();
            } finally {
                if (outermost) {
                    Shares.run(rests.get().close(), MOST, there, this::execute);
                }
            }
        };
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

    /**
     * This thread is to handle one more request of that connection; false when another one has to, as after
     * {@value #MOST} in a row. If these were sent ahead, everybody else whom the thread serves waits for them.
     */
    public boolean takesTurn(Connection connection) {
        Rest rest = rests.get();
        if (rest.served != connection) {
            rest.served = connection;
            rest.inARow = 0;
        }
        rest.inARow++;
        return rest.inARow % (MOST + 1) != 0;
    }

    /** This thread begins to do something; false when it had begun before. To be followed by {@link #end} if true. */
    public boolean begin() {
        return begin(MOST);
    }

    private boolean begin(int most) {
        Rest rest = rests.get();
        boolean outermost = rest.most == 0;
        if (outermost) {
            rest.most = most;
        }
        return outermost;
    }

    /** This thread has done it, and goes on with the connections that it has answered. */
    public void end() {
        Rest rest = rests.get();
        try {
            for (Runnable next = rest.waiting.poll(); next != null; next = rest.waiting.poll()) {
                next.run();
            }
        } finally {
            rest.close().forEach(pool::execute);
        }
    }

    /** What a thread has still to do. */
    private static final class Rest {
        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>(MOST);
        private int taken;
        /** How many connections it takes; none when nothing is being done. */
        private int most;
        /** Whose request this thread handled last, and how many it has handled since that came to be. */
        private Connection served;

        private int inARow;

        boolean takes(Runnable connection) {
            if (taken == most) {
                return false;
            }
            taken++;
            waiting.add(connection);
            return true;
        }

        /** What is left. */
        List<Runnable> close() {
            List<Runnable> left = List.copyOf(waiting);
            waiting.clear();
            taken = 0;
            most = 0;
            return left;
        }
    }
}
