// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static dev.perch.store.Bench.ALICE;
import static dev.perch.store.Bench.BOB;
import static dev.perch.store.Bench.NEWS;
import static dev.perch.store.Bench.await;
import static dev.perch.store.Bench.drafts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.mailbox.Publication;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store in a SQLite file, and how it turns what it is asked for into transactions. */
final class SqliteStoreTest implements StoreContract {
    private static final long CACHE = 1 << 20;

    @TempDir
    Path parent;

    private final Bench bench =
            new Bench((limits, clocks) -> new SqliteStore(data(), CACHE, limits, clocks, Runnable::run));

    @Override
    public Bench bench() {
        return bench;
    }

    private Path data() {
        return parent.resolve("data");
    }

    /** How many transactions there have been. */
    private long turns() {
        try (Sql sql = new Database(data(), Schema.CURRENT).reader()) {
            return State.read(sql).turn();
        }
    }

    @Test
    void aBatchIsOneTransaction() {
        bench.append(ALICE, "a", "b", "c");
        assertEquals(1, turns());
        bench.append(NEWS, "d", "e");
        assertEquals(2, turns());
    }

    @Test
    void whatChangesNothingIsNoTransaction() {
        bench.append(ALICE, "a");
        await(bench.store().create("alice"));
        await(bench.store().leave("alice", "news"));
        bench.remove(NEWS);
        bench.trim(ALICE, 0);
        bench.expire();
        assertEquals(1, turns());
    }

    /** The writer is held in its first turn while others put their changes behind it. */
    @Test
    void whatWaitsTogetherIsStoredTogetherAndAnsweredInOrder() {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(1);
        bench.intake.onWake(messages -> {
            held.countDown();
            Bench.await(CompletableFuture.runAsync(() -> assertNull(awaitLatch(waiting))));
            return 0;
        });
        List<CompletionStage<Publication>> stages = new ArrayList<>();
        List<Long> answered = new ArrayList<>();
        stages.add(bench.store().append(NEWS, drafts("first"), null));
        awaitLatch(held);
        bench.intake.onWake(messages -> 0);
        for (int i = 0; i < 50; i++) {
            stages.add(bench.store()
                    .append(i % 2 == 0 ? ALICE : BOB, drafts("x"), null)
                    .whenComplete((done, error) -> {
                        if (done instanceof Receipt receipt) {
                            answered.add(receipt.id().offset());
                        }
                    }));
            bench.intake.hand(ALICE, i);
            bench.intake.hand(BOB, i);
        }
        waiting.countDown();
        List<Long> offsets = stages.stream()
                .map(stage -> assertInstanceOf(Receipt.class, await(stage)).id().offset())
                .toList();
        assertEquals(LongStream.rangeClosed(1, 51).boxed().toList(), offsets);
        assertEquals(2, turns());
        bench.restart();
        assertEquals(offsets.subList(1, 51), answered);
        assertEquals(51, bench.store().last());
    }

    private static Void awaitLatch(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
            return null;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What wakes readers runs on the writer's thread, and may fail of what is theirs. */
    @Test
    void aReaderThatFailsTakesNeitherItsPublisherNorTheWriterAlong() {
        bench.intake.onWake(messages -> {
            throw new OutOfMemoryError("a reader needs too much");
        });
        CompletionStage<Publication> first = bench.store().append(NEWS, drafts("a"), null);
        assertInstanceOf(Receipt.class, await(first));
        bench.intake.onWake(messages -> 0);
        assertInstanceOf(Receipt.class, await(bench.store().append(NEWS, drafts("b"), null)));
    }

    @Test
    void whoWaitsForAWriterThatIsLostIsToldThatNobodyKnows() {
        Bench broken = new Bench((limits, clocks) -> new SqliteStore(data(), CACHE, limits, clocks, task -> {
            throw new IllegalStateException("a fault of the server");
        }));
        CompletionStage<Publication> last = broken.store().append(NEWS, drafts("a"), null);
        assertTrue(refusal(last).isUnknown());
        assertFalse(refusal(broken.store().append(NEWS, drafts("b"), null)).isUnknown());
        broken.close();
    }

    private static StoreException refusal(CompletionStage<?> stage) {
        ExecutionException refused = assertThrows(
                ExecutionException.class, () -> stage.toCompletableFuture().get(10, TimeUnit.SECONDS));
        return assertInstanceOf(StoreException.class, refused.getCause());
    }

    @Test
    void aCallerThatIsInterruptedDoesNoHarm() throws Exception {
        bench.store();
        Thread caller = new Thread(() -> {
            for (int i = 0; i < 20; i++) {
                Thread.currentThread().interrupt();
                bench.store().append(NEWS, drafts("x"), null);
                bench.store().read(ALICE, 0, 1, 1);
            }
        });
        caller.start();
        caller.join();
        assertEquals(21, bench.append(NEWS, "y").id().offset());
        Thread.currentThread().interrupt();
        bench.restart();
        assertTrue(Thread.interrupted(), "it is not forgotten");
        assertEquals(4, bench.offsets(NEWS).size());
    }

    @Test
    void allThatIsLeftBehindIsOneFileAndTheLock() throws Exception {
        bench.append(ALICE, "a");
        bench.restart();
        try (var files = Files.list(data())) {
            assertEquals(
                    List.of("perch.db", "perch.lock"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(data())));
    }

    @Test
    void aLongSweepIsCutIntoSlices() {
        bench.mailboxMessages = 2000;
        bench.append(ALICE, IntStream.range(0, 1000).mapToObj(i -> "").toArray(String[]::new));
        long before = turns();
        bench.trim(ALICE, 1000);
        assertTrue(turns() >= before + 4, () -> "turns: " + turns());
        assertEquals(1000, bench.floor(ALICE));
        bench.assertTotals(ALICE);
    }
}
