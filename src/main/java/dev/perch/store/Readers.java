// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Page;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.StoreException;
import java.lang.System.Logger;
import java.util.Deque;
import java.util.List;
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

    /**
     * What somebody wants to read.
     *
     * @param slips the messages of the queue, in their order, at least as many as fit into the page
     * @param end how far that is: the offset of the last of them when there are more, else {@link Long#MAX_VALUE}
     * @param limit how many messages at most
     * @param bytes how many bytes at most, but always one message
     * @param millis what has expired at this time is left out
     */
    record Wanted(QueueName queue, List<Slip> slips, long end, int limit, long bytes, long millis) {}

    private final Database database;
    private final String epoch;
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

    Readers(Database database, String epoch) {
        this.database = database;
        this.epoch = epoch;
    }

    /** A page as {@link dev.perch.mailbox.Store#read} gives it. */
    CompletionStage<Page> read(Wanted wanted) {
        CompletableFuture<Page> stage = new CompletableFuture<>();
        try {
            threads.execute(() -> read(wanted, stage));
        } catch (RejectedExecutionException e) {
            stage.completeExceptionally(new StoreException("the store is closed", e));
        }
        return stage;
    }

    private void read(Wanted wanted, CompletableFuture<Page> stage) {
        Page page;
        gate.readLock().lock();
        try {
            page = page(wanted);
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

    private Page page(Wanted wanted) {
        Sql sql = idle.poll();
        if (sql == null) {
            sql = database.reader();
        }
        try {
            sql.query("BEGIN").run();
            Page page = page(sql, wanted);
            sql.commit();
            idle.push(sql);
            return page;
        } catch (RuntimeException e) {
            sql.close();
            throw e;
        }
    }

    private Page page(Sql sql, Wanted wanted) {
        QueueName name = wanted.queue();
        QueueRow queue =
                sql.query(QUEUE).with(QueueRow.kind(name)).with(name.name()).first(QueueRow::of);
        long floor = queue == null ? State.read(sql).floor(name.kind()) : queue.floor();
        Excerpt excerpt = new Excerpt(floor, wanted.limit(), wanted.bytes(), wanted.millis());
        for (Slip slip : wanted.slips()) {
            // Before it is read: what lies behind the page is no matter of this read.
            if (!excerpt.wants(slip.bytes(), slip.expires())) {
                break;
            }
            MessageRow found = MessageRow.find(sql, slip.offset(), name);
            // One that is not there has been dropped meanwhile.
            if (found != null && !excerpt.take(found.message(name, epoch, uncounted))) {
                break;
            }
        }
        return excerpt.page(wanted.end());
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
