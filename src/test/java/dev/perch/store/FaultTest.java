// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static dev.perch.store.Bench.ALICE;
import static dev.perch.store.Bench.BOB;
import static dev.perch.store.Bench.NEWS;
import static dev.perch.store.Bench.await;
import static dev.perch.store.Bench.drafts;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.mailbox.Key;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.StoreException;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What becomes of changes when the disk is full or fails. */
final class FaultTest implements OnBench {
    /** What the next commit does; after that all is well again. */
    private enum Commit {
        SUCCEEDS,
        FINDS_NO_SPACE,
        FAILS_AND_IS_LOST,
        FAILS_AND_IS_THERE
    }

    @TempDir
    Path parent;

    private volatile Commit next = Commit.SUCCEEDS;
    private final AtomicInteger failingOpens = new AtomicInteger();

    private final Bench bench = new Bench((limits, clocks) ->
            new SqliteStore(parent.resolve("data"), FaultyDatabase::new, 1 << 20, limits, clocks, Runnable::run));

    @Override
    public Bench bench() {
        return bench;
    }

    private static Fault fault(SQLiteErrorCode code) {
        return new Fault(new SQLiteException("injected " + code, code));
    }

    private final class FaultyDatabase extends Database {
        FaultyDatabase(Path directory) {
            super(directory, Schema.CURRENT);
        }

        @Override
        Sql writer(String epoch) {
            if (failingOpens.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw fault(SQLiteErrorCode.SQLITE_IOERR_READ);
            }
            return super.writer(epoch);
        }

        @Override
        Sql sql(Connection connection) {
            return new FaultySql(connection);
        }
    }

    private final class FaultySql extends Sql {
        FaultySql(Connection connection) {
            super(connection);
        }

        @Override
        void commit() {
            Commit now = next;
            next = Commit.SUCCEEDS;
            switch (now) {
                case SUCCEEDS -> super.commit();
                case FINDS_NO_SPACE -> throw fault(SQLiteErrorCode.SQLITE_FULL);
                case FAILS_AND_IS_LOST -> {
                    rollback();
                    throw fault(SQLiteErrorCode.SQLITE_IOERR_FSYNC);
                }
                case FAILS_AND_IS_THERE -> {
                    super.commit();
                    throw fault(SQLiteErrorCode.SQLITE_IOERR_FSYNC);
                }
            }
        }
    }

    private static StoreException failure(CompletionStage<?> stage) {
        CompletionException thrown = assertThrows(
                CompletionException.class, () -> stage.toCompletableFuture().join());
        return assertInstanceOf(StoreException.class, thrown.getCause());
    }

    private StoreException refused(QueueName queue, String... texts) {
        return failure(bench.store().append(queue, drafts(texts), null));
    }

    /** Tries until the store takes changes again. */
    private void awaitOpened() {
        await().until(() -> !bench.store()
                .create("alice")
                .toCompletableFuture()
                .handle((done, error) -> error)
                .thenApply(StoreException.class::isInstance)
                .join());
    }

    @Test
    void whatFindsNoSpaceIsRefusedAndTheNextOneIsTaken() {
        bench.append(ALICE, "1");
        List<String> told = bench.intake.told();
        next = Commit.FINDS_NO_SPACE;
        StoreException why = refused(ALICE, "2", "3");
        assertFalse(why.isUnknown());
        assertTrue(why.getMessage().startsWith("there is no space left for "), why.getMessage());
        next = Commit.FINDS_NO_SPACE;
        refused(BOB, "2");
        assertEquals(told, bench.intake.told());
        assertEquals(List.of(1L), bench.offsets(ALICE));
        assertEquals(2, bench.append(BOB, "2").id().offset());
        bench.restart();
        assertEquals(List.of(1L), bench.offsets(ALICE));
        assertEquals(List.of(2L), bench.offsets(BOB));
        bench.assertTotals(ALICE, BOB);
    }

    @Test
    void nothingOfARefusedTurnIsLeftInMemory() {
        bench.append(NEWS, "1", "2", "3", "4");
        Key key = Key.of("k", drafts("5"));
        next = Commit.FINDS_NO_SPACE;
        failure(bench.store().append(NEWS, drafts("5"), key));
        next = Commit.FINDS_NO_SPACE;
        failure(bench.store().remove(NEWS));
        next = Commit.FINDS_NO_SPACE;
        failure(bench.store().follow("alice", "news", 0));
        assertEquals(List.of(1L, 2L, 3L, 4L), bench.offsets(NEWS));
        assertEquals(0, bench.floor(NEWS));
        assertEquals(List.of(), bench.intake.created());
        bench.assertTotals(NEWS);
        assertEquals(5, ((Receipt) bench.publish(NEWS, key, drafts("5"))).id().offset());
        assertEquals(1, bench.floor(NEWS));
    }

    @Test
    void aMailboxThatTheDomainHasGivenUpGoesInALaterTurn() {
        await(bench.store().create("alice"));
        await(bench.store().create("bob"));
        bench.intake.disuse(ALICE);
        next = Commit.FINDS_NO_SPACE;
        failure(bench.store().removeIdle(ALICE));
        assertEquals(2, bench.intake.told().size());
        bench.append(BOB, "1");
        assertEquals(
                List.of("created alice", "created bob", "removed mailbox/alice", "stored mailbox/bob 1"),
                bench.intake.told());
    }

    @Test
    void afterAFailedSyncWhatIsThereIsToldAndItsKeyKnown() {
        bench.append(ALICE, "1");
        Key key = Key.of("k", drafts("2"));
        next = Commit.FAILS_AND_IS_THERE;
        assertTrue(failure(bench.store().append(ALICE, drafts("2"), key)).isUnknown());
        awaitOpened();
        assertEquals(2, ((Receipt) bench.publish(ALICE, key, drafts("2"))).id().offset());
        assertEquals(List.of("created alice", "stored mailbox/alice 1", "stored mailbox/alice 2"), bench.intake.told());
        assertEquals(2, bench.intake.woken().size());
        assertEquals(List.of(1L, 2L), bench.offsets(ALICE));
        assertEquals(3, bench.append(ALICE, "3").id().offset());
        bench.assertTotals(ALICE);
    }

    @Test
    void afterAFailedSyncWhatIsLostIsNeverTold() {
        bench.append(ALICE, "1");
        Key key = Key.of("k", drafts("2"));
        next = Commit.FAILS_AND_IS_LOST;
        assertTrue(failure(bench.store().append(ALICE, drafts("2"), key)).isUnknown());
        awaitOpened();
        assertEquals(List.of("created alice", "stored mailbox/alice 1"), bench.intake.told());
        assertEquals(List.of(1L), bench.offsets(ALICE));
        assertEquals(2, ((Receipt) bench.publish(ALICE, key, drafts("2"))).id().offset());
        bench.assertTotals(ALICE);
    }

    @Test
    void untilTheFileIsOpenAgainChangesAreRefusedAndReadsGoOn() {
        bench.append(ALICE, "1");
        failingOpens.set(2);
        next = Commit.FAILS_AND_IS_LOST;
        assertTrue(refused(ALICE, "2").isUnknown());
        StoreException why = refused(ALICE, "3");
        assertFalse(why.isUnknown());
        assertTrue(why.getMessage().contains("SQLITE_IOERR_FSYNC"), why.getMessage());
        failure(bench.store().expire());
        assertEquals(List.of(1L), bench.offsets(ALICE));
        awaitOpened();
        assertEquals(0, failingOpens.get());
        assertEquals(2, bench.append(ALICE, "2").id().offset());
    }
}
