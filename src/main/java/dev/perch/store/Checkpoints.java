// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import java.lang.System.Logger;
import java.sql.SQLException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Brings what is in the write-ahead log into the file, so that the log can begin anew. Nearly all of it happens on a
 * thread of its own, beside the writer; only the last few pages, which came meanwhile, are left for the writer itself
 * to bring over between two turns, since the log begins anew only when nothing is left.
 */
final class Checkpoints {
    // SQLite documents the modes and the three numbers of a row at sqlite.org/pragma.html#pragma_wal_checkpoint.
    private static final String LOOK = "PRAGMA wal_checkpoint(NOOP)";
    private static final String COPY = "PRAGMA wal_checkpoint(PASSIVE)";
    private static final String CLEAR = "PRAGMA wal_checkpoint(TRUNCATE)";

    /** So many pages in the log, 4 KiB each, are brought over at once. */
    private static final int SOME = 1024;
    /** When it has so many the log is to begin anew. */
    private static final int MANY = 4096;

    private static final Logger LOG = System.getLogger(Checkpoints.class.getName());

    /** How far the log goes, and how much of it is in the file, in pages. */
    private record Progress(boolean busy, int length, int done) {}

    private final Database database;
    private final Thread thread = new Thread(this::work, "perch-store-checkpoint");
    /** Guards the connection; taken before the lock of this object. */
    private final Lock gate = new ReentrantLock();

    private Sql sql;
    private boolean due;
    private boolean closed;
    private volatile boolean caughtUp;
    private boolean complained;

    Checkpoints(Database database) {
        this.database = database;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** A turn is over. Called by the writer, with its own connection. */
    void turned(Sql writer) {
        Progress progress = run(writer, LOOK);
        if (caughtUp && progress.length() >= MANY) {
            caughtUp = false;
            run(writer, COPY);
        } else if (progress.length() - progress.done() >= SOME) {
            ask();
        }
    }

    /** Has the log brought over soon. */
    synchronized void ask() {
        due = true;
        notifyAll();
    }

    private synchronized boolean await() {
        while (!due && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                closed = true;
            }
        }
        due = false;
        return !closed;
    }

    private void work() {
        while (await()) {
            gate.lock();
            try {
                copy();
            } finally {
                gate.unlock();
            }
        }
    }

    /** One that fails costs nothing but space in the log; there will be another. */
    private void copy() {
        if (isClosed()) {
            return;
        }
        try {
            if (sql == null) {
                sql = database.checkpoints();
            }
            run(sql, COPY);
            caughtUp = true;
            complained = false;
        } catch (Fault e) {
            if (!complained) {
                LOG.log(
                        Logger.Level.WARNING,
                        "a checkpoint failed: {0}",
                        database.sentence(e).getMessage());
            }
            complained = true;
        }
    }

    /** Brings everything over and empties the log; for when nobody else has the file open. */
    static void clear(Sql sql) {
        if (run(sql, CLEAR).busy()) {
            throw new Fault(new SQLException("another process uses the file"));
        }
    }

    private static Progress run(Sql sql, String statement) {
        return sql.query(statement).first(row -> new Progress(row.getInt(1) != 0, row.getInt(2), row.getInt(3)));
    }

    /** Closes the connection; nothing is brought over until {@link #resume}, which the same thread must call. */
    void suspend() {
        gate.lock();
        if (sql != null) {
            sql.close();
            sql = null;
        }
    }

    void resume() {
        gate.unlock();
    }

    /** Ends the thread, once it has finished what it is at. */
    void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        suspend();
        resume();
    }

    private synchronized boolean isClosed() {
        return closed;
    }
}
