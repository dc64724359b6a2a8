// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Key;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.Page;
import dev.perch.mailbox.Publication;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.Refusal;
import dev.perch.mailbox.Store;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Keeps messages in one SQLite file. What it has said to have survives the end of the process and of the power: it is
 * on the medium, synced, before a stage completes. Its newest messages are in memory, too, and are read from there.
 */
public final class SqliteStore implements Store {
    // Threads: callers put a change in the Lanes and go. The Writer takes what waits, carries it out in one Turn, that
    // is one transaction, and commits; then Contents, which is all that is known in memory, becomes what the turn has
    // made of it, the intake is told, and then those who wait, in their order. A read looks at Contents on the caller's
    // thread; what is not there is for the Readers. Checkpoints have a thread, too.
    //
    // perch.db (format 1, see Schema): a row of `state`; a row of `queue` for each mailbox, and for each topic that
    // something was published on; `message`, by offset; `follow`; `idempotency_key`. Each row has a checksum. What a
    // queue holds is counted at the start and not stored. Write-ahead log, a sync for each transaction.
    //
    // A transient queue has no rows: its messages are in Contents and nowhere else. So that none of their offsets is
    // given out again after a crash, the file's last offset lies a step ahead of them; a turn of such messages alone is
    // written only when it takes the next step.

    private final DataDirectory directory;
    private final Database database;
    private final Limits limits;
    private final Clocks clocks;
    private final Executor answers;
    private final Contents contents;
    private final Lanes lanes = new Lanes();
    private final Checkpoints checkpoints;
    private final Readers readers;
    private final Sql sql;
    private Intake intake;
    private Writer writer;

    /**
     * Opens the store in a directory, which is made if need be and taken for as long as the store is open.
     *
     * @param cacheBytes how much memory the newest messages may take, with their JSON forms
     * @param answers runs a task at once, on the calling thread: what completes the stages of all who wait. They must
     *     not block, nor wait for another stage of the store
     * @throws dev.perch.mailbox.StoreException with a sentence for the operator, when it cannot be opened
     */
    public SqliteStore(Path directory, long cacheBytes, Limits limits, Clocks clocks, Executor answers) {
        this(directory, path -> new Database(path, Schema.CURRENT), cacheBytes, limits, clocks, answers);
    }

    SqliteStore(
            Path path,
            Function<Path, Database> databases,
            long cacheBytes,
            Limits limits,
            Clocks clocks,
            Executor answers) {
        this.limits = limits;
        this.clocks = clocks;
        this.answers = answers;
        this.directory = DataDirectory.take(path);
        try {
            this.database = databases.apply(directory.path());
            this.sql = open();
            this.contents = new Contents(limits, clocks, cacheBytes, state());
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
        this.checkpoints = new Checkpoints(database);
        this.readers = new Readers(database, epoch());
    }

    private Sql open() {
        try {
            Sql opened = database.writer(newEpoch());
            directory.sync();
            return opened;
        } catch (Fault e) {
            throw database.sentence(e);
        }
    }

    /** What the file says; a copy of a store that went on becomes one of its own. */
    private State state() {
        try {
            State state = State.read(sql);
            if (state.backup()) {
                state = state.begunAnew(newEpoch());
                sql.begin();
                state.write(sql);
                sql.commit();
            }
            return state;
        } catch (Fault e) {
            sql.close();
            throw database.sentence(e);
        }
    }

    private static String newEpoch() {
        return "d" + Long.toString(new SecureRandom().nextLong() >>> 24, 36);
    }

    @Override
    public void open(Intake domain) {
        intake = domain;
        try {
            new Inventory(sql, contents, intake).take();
            KeyRow.load(sql, contents.keys(), epoch(), clocks.millis());
        } catch (Fault e) {
            throw database.sentence(e);
        }
        writer = new Writer(
                contents,
                sql,
                connection -> new Turn(contents, connection, limits, clocks, intake),
                lanes,
                database,
                checkpoints,
                readers,
                clocks,
                answers);
        writer.start();
        checkpoints.start();
    }

    @Override
    public String epoch() {
        return contents.state().epoch();
    }

    @Override
    public long last() {
        return contents.state().last();
    }

    @Override
    public CompletionStage<Publication> append(QueueName queue, List<Draft> drafts, Key key) {
        int bytes = drafts.stream().mapToInt(Draft::bytes).sum();
        List<Message> stored = new ArrayList<>(drafts.size());
        Change.Work<Publication> append = turn -> turn.append(queue, drafts, key, stored);
        return lanes.put(new Change<>(bytes, append, publication -> {
                    if (publication instanceof Receipt receipt && !stored.isEmpty()) {
                        receipt.woken(intake.wake(stored));
                    }
                }))
                .stage();
    }

    @Override
    public CompletionStage<Page> read(QueueName queue, long after, int limit, long bytes) {
        StoredQueue found = contents.queue(queue);
        if (found == null) {
            return completedFuture(
                    new Page(List.of(), Long.MAX_VALUE, size(queue).floor()));
        }
        long now = clocks.millis();
        Page page = found.read(after, limit, bytes, now);
        return page == null ? readers.read(found.wanted(after, limit, bytes, now)) : completedFuture(page);
    }

    @Override
    public CompletionStage<Refusal> create(String mailbox) {
        return change(turn -> turn.create(mailbox));
    }

    @Override
    public CompletionStage<Refusal> follow(String mailbox, String topic, long since) {
        return change(turn -> turn.follow(mailbox, topic, since));
    }

    @Override
    public CompletionStage<Void> leave(String mailbox, String topic) {
        return change(turn -> {
            turn.leave(mailbox, topic);
            return null;
        });
    }

    @Override
    public CompletionStage<Void> remove(QueueName queue) {
        return change(turn -> {
            turn.remove(queue);
            return null;
        });
    }

    private <T> CompletionStage<T> change(Change.Work<T> work) {
        return lanes.put(new Change<>(0, work, outcome -> {})).stage();
    }

    @Override
    public CompletionStage<Void> removeIdle(QueueName queue) {
        return chore((turn, most) -> {
            turn.removeIdle(queue);
            return true;
        });
    }

    @Override
    public CompletionStage<Void> save(List<Positions> positions) {
        Iterator<Positions> rest = positions.iterator();
        return chore((turn, most) -> {
            for (int i = 0; i < most && rest.hasNext(); i++) {
                turn.save(rest.next());
            }
            return !rest.hasNext();
        });
    }

    @Override
    public CompletionStage<Void> trim(QueueName queue, long upTo) {
        return chore((turn, most) -> turn.trim(queue, upTo, most));
    }

    @Override
    public CompletionStage<Void> expire() {
        return chore(new Expiry(contents.queues()));
    }

    private CompletionStage<Void> chore(Chore.Work work) {
        return lanes.put(new Chore(work)).stage();
    }

    @Override
    public Size size(QueueName queue) {
        return contents.size(queue);
    }

    @Override
    public Totals totals() {
        return contents.ledger().totals();
    }

    @Override
    public void close() {
        try {
            checkpoints.close();
            readers.close();
            if (writer == null) {
                sql.close();
            } else {
                writer.close();
            }
        } finally {
            directory.close();
        }
    }
}
