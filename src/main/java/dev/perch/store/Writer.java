// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.StoreException;
import java.lang.System.Logger;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The one thread that changes the file. It takes all that waits, makes one transaction of it and commits once; while it
 * does, and while it tells those who waited, the next ones gather. So the busier it is the more of them share a sync,
 * without anybody waiting for more.
 */
final class Writer {
    // A turn that fails before its commit has left nothing behind, so the next one tries again as if nothing had been.
    // When a commit itself fails because the medium does, nobody can say what is on it; then everything is refused
    // until the file has been opened again and found in order, and the number of its last turn tells how it ended.

    private static final Logger LOG = System.getLogger(Writer.class.getName());
    /** A turn does chores for so long, and not more than so many of them or of their rows at a time. */
    private static final long CHORE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final int CHORE_ROWS = 250;
    private static final long BETWEEN_ATTEMPTS_MILLIS = 1000;

    private final Contents contents;
    private final Function<Sql, Turn> turns;
    private final Lanes lanes;
    private final Database database;
    private final Checkpoints checkpoints;
    private final Readers readers;
    private final Clocks clocks;
    private final Executor answers;
    private final Thread thread = new Thread(this::work, "perch-store-write");
    /** Queues that the domain has given up, in a turn that failed. */
    private final Set<QueueName> retired = new HashSet<>();

    private Sql sql;
    private boolean failing;
    /** What the turn carries out that is under way, or was the last. */
    private List<Change<?>> changes = List.of();

    /** What it has finished of the sweep. */
    private List<Chore> chores = List.of();

    /**
     * A writer that has not begun.
     *
     * @param turns makes a turn that changes the file through that connection
     * @param answers runs at once, on this thread, what tells those who wait
     */
    Writer(
            Contents contents,
            Sql sql,
            Function<Sql, Turn> turns,
            Lanes lanes,
            Database database,
            Checkpoints checkpoints,
            Readers readers,
            Clocks clocks,
            Executor answers) {
        this.contents = contents;
        this.sql = sql;
        this.turns = turns;
        this.lanes = lanes;
        this.database = database;
        this.checkpoints = checkpoints;
        this.readers = readers;
        this.clocks = clocks;
        this.answers = answers;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void work() {
        try {
            while (lanes.await()) {
                turn();
            }
        } catch (RuntimeException | Error e) {
            String lost = "the store has lost its writer; start the server again";
            LOG.log(Logger.Level.ERROR, lost, e);
            lanes.refuse(new StoreException(lost, e));
            // Those of its last turn, which may have been stored or not; who was answered already hears nothing more.
            StoreException unknown = new StoreException(lost, e, true);
            changes.forEach(change -> change.fail(unknown));
            chores.forEach(chore -> chore.fail(unknown));
        }
    }

    private void turn() {
        changes = lanes.changes();
        chores = new ArrayList<>();
        Turn turn = turns.apply(sql);
        boolean committing = false;
        try {
            sql.begin();
            turn.removeRetired(retired);
            changes.forEach(change -> change.carryOut(turn));
            doChores(turn);
            if (turn.write()) {
                committing = true;
                sql.commit();
            } else {
                sql.rollback();
            }
        } catch (Fault e) {
            failed(turn, e, committing);
            return;
        } catch (RuntimeException e) {
            LOG.log(Logger.Level.ERROR, "a change failed", e);
            failed(turn, new Fault(new SQLException("a fault of the server, see its log", e)), false);
            return;
        }
        show(turn);
        answer(chores);
        succeeded(committing);
    }

    private void doChores(Turn turn) {
        long began = clocks.nanoTime();
        Chore chore = lanes.chore();
        while (chore != null && chores.size() < CHORE_ROWS && clocks.nanoTime() - began < CHORE_NANOS) {
            if (!chore.slice(turn, CHORE_ROWS)) {
                return;
            }
            lanes.done();
            chores.add(chore);
            chore = lanes.chore();
        }
    }

    private void show(Turn turn) {
        retired.clear();
        contents.become(turn);
        turn.tell();
    }

    private void answer(List<Chore> done) {
        answers.execute(() -> {
            changes.forEach(change -> answer(change::complete));
            done.forEach(chore -> answer(chore::complete));
        });
    }

    private static void answer(Runnable complete) {
        try {
            complete.run();
        } catch (RuntimeException | Error e) {
            LOG.log(Logger.Level.ERROR, "an answer failed", e);
        }
    }

    private void succeeded(boolean written) {
        if (failing && written) {
            failing = false;
            LOG.log(Logger.Level.INFO, "the store is written again");
        }
        try {
            checkpoints.turned(sql);
        } catch (Fault e) {
            LOG.log(
                    Logger.Level.WARNING,
                    "a checkpoint failed: {0}",
                    database.sentence(e).getMessage());
        }
    }

    private void failed(Turn turn, Fault fault, boolean committing) {
        StoreException sentence = database.sentence(fault);
        if (!failing) {
            failing = true;
            LOG.log(Logger.Level.ERROR, "the store cannot be written: {0}", sentence.getMessage());
        }
        boolean unknown = committing && fault.isIo();
        boolean rolledBack = !unknown && rollback();
        StoreException why = unknown
                ? new StoreException(
                        "a sync failed, so this may have been stored or not: " + sentence.getMessage(), fault, true)
                : sentence;
        changes.forEach(change -> change.fail(why));
        chores.forEach(chore -> chore.fail(why));
        lanes.failChores(sentence);
        if (rolledBack) {
            retired.addAll(turn.retired());
            checkpoints.ask();
        } else {
            lanes.refuse(sentence);
            reopen(turn);
        }
    }

    private boolean rollback() {
        try {
            sql.rollback();
            return true;
        } catch (Fault e) {
            return false;
        }
    }

    /** Opens the file again until that succeeds, and learns from it whether the turn is there. */
    private void reopen(Turn turn) {
        do {
            State found = tryReopen();
            if (found != null) {
                if (found.turn() == turn.state().turn()) {
                    show(turn);
                    answer(List.of());
                } else {
                    retired.addAll(turn.retired());
                }
                LOG.log(Logger.Level.INFO, "the store has been opened again and is in order");
                failing = false;
                lanes.refuse(null);
                return;
            }
        } while (lanes.pause(BETWEEN_ATTEMPTS_MILLIS));
    }

    /** What the file says, or null when it is not in order yet. SQLite reads the log anew when all have closed it. */
    private State tryReopen() {
        checkpoints.suspend();
        readers.suspend();
        try {
            sql.close();
            sql = database.writer(contents.state().epoch());
            Checkpoints.clear(sql);
        } catch (Fault | StoreException e) {
            LOG.log(Logger.Level.DEBUG, "the store cannot be opened again yet", e);
            return null;
        } finally {
            readers.resume();
            checkpoints.resume();
        }
        return verified();
    }

    private State verified() {
        try {
            String found = sql.text("PRAGMA quick_check(1)");
            if (found.equals("ok")) {
                return State.read(sql);
            }
            lanes.refuse(database.sentence(new Fault(found)));
        } catch (Fault e) {
            lanes.refuse(database.sentence(e));
        }
        return null;
    }

    /** Does what still waits, leaves an empty log behind, and closes the file. */
    void close() {
        lanes.close();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        lanes.refuse(new StoreException("the store is closed", null));
        try {
            Checkpoints.clear(sql);
        } catch (Fault e) {
            LOG.log(
                    Logger.Level.WARNING,
                    "the last checkpoint failed: {0}",
                    database.sentence(e).getMessage());
        } finally {
            sql.close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
