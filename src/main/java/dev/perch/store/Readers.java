// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.Page;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.StoreException;
import java.lang.System.Logger;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Reads from the file what is not in memory, on a few threads of its own. */
final class Readers {
    private static final Logger LOG = System.getLogger(Readers.class.getName());
    private static final int THREADS = 2;
    private static final String QUEUE = "SELECT " + QueueRow.COLUMNS + " FROM queue WHERE kind = ? AND name = ?";
    private static final String MESSAGES = "SELECT " + MessageRow.COLUMNS
            + ", bytes FROM message INDEXED BY message_by_queue WHERE queue = ? AND offset > ? ORDER BY offset";

    /** The columns of that which are looked at first. */
    private static final int EXPIRES = 3;

    private static final int BYTES = 12;

    private final Database database;
    private final String epoch;
    private final Clocks clocks;
    private final Deque<Sql> idle = new ConcurrentLinkedDeque<>();
    /** Held by those who read; alone by whoever wants no connection to be open. */
    private final ReadWriteLock gate = new ReentrantReadWriteLock();

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "perch-store-read");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicBoolean complained = new AtomicBoolean();
    /** What is read from the file is nobody's for long, so nobody counts it. */
    private final LongAdder uncounted = new LongAdder();

    Readers(Database database, String epoch, Clocks clocks) {
        this.database = database;
        this.epoch = epoch;
        this.clocks = clocks;
    }

    /** A page as {@link dev.perch.mailbox.Store#read} gives it. */
    CompletionStage<Page> read(QueueName name, long after, int limit, long bytes) {
        CompletableFuture<Page> stage = new CompletableFuture<>();
        try {
            threads.execute(() -> read(name, after, limit, bytes, stage));
        } catch (RejectedExecutionException e) {
            stage.completeExceptionally(new StoreException("the store is closed", e));
        }
        return stage;
    }

    private void read(QueueName name, long after, int limit, long bytes, CompletableFuture<Page> stage) {
        Page page;
        gate.readLock().lock();
        try {
            page = page(name, after, limit, bytes);
        } catch (Fault e) {
            stage.completeExceptionally(complain(e));
            return;
        } catch (RuntimeException e) {
            stage.completeExceptionally(new StoreException("the store cannot be read", e));
            return;
        } finally {
            gate.readLock().unlock();
        }
        stage.complete(page);
    }

    private Page page(QueueName name, long after, int limit, long bytes) {
        Sql sql = idle.poll();
        if (sql == null) {
            sql = database.reader();
        }
        try {
            sql.query("BEGIN").run();
            Page page = page(sql, name, after, limit, bytes);
            sql.commit();
            idle.push(sql);
            return page;
        } catch (RuntimeException e) {
            sql.close();
            throw e;
        }
    }

    private Page page(Sql sql, QueueName name, long after, int limit, long bytes) {
        QueueRow queue =
                sql.query(QUEUE).with(QueueRow.kind(name)).with(name.name()).first(QueueRow::of);
        long floor = queue == null ? State.read(sql).floor(name.kind()) : queue.floor();
        Excerpt excerpt = new Excerpt(floor, limit, bytes, clocks.millis());
        if (queue != null) {
            long[] previous = {after};
            sql.query(MESSAGES).with(queue.id()).with(after).forEach(row -> {
                // Before it is held against its checksum: what lies behind the page is no matter of this read.
                if (!excerpt.wants(row.getLong(BYTES), row.getLong(EXPIRES))) {
                    return false;
                }
                MessageRow found = MessageRow.of(row, name);
                // The index has no checksum: an entry that points to another message of the same queue is seen here.
                if (found.offset() <= previous[0]) {
                    throw new Fault("the messages of " + name + " are out of order behind " + previous[0]);
                }
                previous[0] = found.offset();
                return excerpt.take(new Message(
                        name, epoch, found.offset(), found.time(), found.expires(), found.draft(), uncounted));
            });
        }
        return excerpt.page();
    }

    /** Everybody who reads is told, the log only once. */
    private StoreException complain(Fault fault) {
        StoreException sentence = database.sentence(fault);
        if (!complained.getAndSet(true)) {
            LOG.log(Logger.Level.ERROR, "reading failed, and will again: {0}", sentence.getMessage());
        }
        return sentence;
    }

    /** Closes all connections; nobody reads until {@link #resume}, which the same thread must call. */
    void suspend() {
        gate.writeLock().lock();
        for (Sql sql = idle.poll(); sql != null; sql = idle.poll()) {
            sql.close();
        }
    }

    void resume() {
        gate.writeLock().unlock();
    }

    /** Lets those who read finish, and closes all connections. */
    void close() {
        threads.shutdown();
        suspend();
        resume();
    }
}
