// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static dev.perch.mailbox.QueueName.PRESENCE;
import static dev.perch.mailbox.QueueName.STATS;
import static dev.perch.store.Bench.ALICE;
import static dev.perch.store.Bench.ALL;
import static dev.perch.store.Bench.NEWS;
import static dev.perch.store.Bench.await;
import static dev.perch.store.Bench.drafts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.mailbox.Key;
import dev.perch.mailbox.Receipt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store in a file does with messages that are in memory only. */
final class TransientTest implements OnBench {
    @TempDir
    Path parent;

    private Path data;
    private long cacheBytes = 1 << 20;

    private final Bench bench =
            new Bench((limits, clocks) -> new SqliteStore(data(), cacheBytes, limits, clocks, Runnable::run));

    @Override
    public Bench bench() {
        return bench;
    }

    private Path data() {
        return data == null ? parent.resolve("data") : data;
    }

    private State state() {
        try (Sql sql = new Database(data(), Schema.CURRENT).reader()) {
            return State.read(sql);
        }
    }

    private String count(String table) {
        try (Sql sql = new Database(data(), Schema.CURRENT).reader()) {
            return sql.text("SELECT count(*) FROM " + table);
        }
    }

    @Test
    void nothingOfThemIsWritten() {
        bench.append(PRESENCE, "a", "b");
        Key key = Key.of("k", drafts("c"));
        Receipt first = (Receipt) bench.publish(PRESENCE, key, drafts("c"));
        assertEquals(first.id(), ((Receipt) bench.publish(PRESENCE, key, drafts("c"))).id());
        bench.append(NEWS, "d");
        assertEquals("1", count("message"));
        assertEquals("1", count("queue"));
        assertEquals("0", count("idempotency_key"));
    }

    @Test
    void onlyOneTransactionIsNeededForManyOfThem() {
        bench.append(PRESENCE, "a");
        for (int i = 0; i < 1000; i++) {
            bench.append(PRESENCE, "b");
        }
        assertEquals(1, state().turn());
        bench.append(PRESENCE, "c");
        assertEquals(2, state().turn());
        bench.append(NEWS, "d");
        assertEquals(3, state().turn());
        assertEquals(1003, bench.store().last());
    }

    @Test
    void afterARestartTheyAreGoneAndTheFloorSaysSo() {
        bench.append(NEWS, "a");
        bench.append(PRESENCE, "b", "c");
        assertNull(await(bench.store().follow("alice", PRESENCE.name(), 0)));
        bench.restart();
        long last = bench.store().last();
        assertTrue(last >= 3, () -> "last: " + last);
        assertEquals(List.of(), bench.offsets(PRESENCE));
        assertEquals(last, bench.floor(PRESENCE));
        assertEquals(0, bench.floor(NEWS));
        assertEquals(last + 1, bench.append(PRESENCE, "d").id().offset());
        assertEquals(last, bench.floor(PRESENCE));
        bench.assertTotals(NEWS, PRESENCE, ALICE);
    }

    @Test
    void theirOffsetsAreNotGivenOutAgainAfterACrash() throws IOException {
        bench.append(NEWS, "a");
        for (int i = 0; i < 1500; i++) {
            bench.append(PRESENCE, "b");
        }
        long given = bench.append(PRESENCE, "c").id().offset();
        Path copy = Files.createDirectory(parent.resolve("copy"));
        for (String file : List.of("perch.db", "perch.db-wal")) {
            Files.copy(data().resolve(file), copy.resolve(file));
        }
        bench.restart();
        data = copy;
        assertTrue(bench.append(NEWS, "d").id().offset() > given);
    }

    /** Elsewhere they could not be read. */
    @Test
    void theyStayInMemoryWhenTheCacheIsFull() {
        cacheBytes = 0;
        bench.append(PRESENCE, "a", "b");
        bench.append(NEWS, "c");
        assertEquals(List.of(1L, 2L), bench.offsets(PRESENCE));
        bench.append(PRESENCE, "d", "e", "f");
        assertEquals(List.of(2L, 4L, 5L, 6L), bench.offsets(PRESENCE));
        bench.assertTotals(NEWS, PRESENCE);
    }

    @Test
    void theyExpire() {
        bench.append(PRESENCE, "a");
        bench.pass(Bench.TTL);
        bench.append(PRESENCE, "b");
        bench.expire();
        assertEquals(List.of(2L), bench.offsets(PRESENCE));
        assertEquals(1, bench.floor(PRESENCE));
        bench.assertTotals(PRESENCE);
    }

    @Test
    void theFiguresExpireWhenNobodyEverCameOnline() {
        bench.append(STATS, "a", Duration.ofSeconds(10));
        bench.pass(Duration.ofSeconds(10));
        bench.append(NEWS, "b");
        bench.expire();
        assertEquals(List.of(), bench.offsets(STATS));
        assertEquals(0, bench.floor(STATS));
        assertEquals("1", count("message"));
        bench.assertTotals(NEWS, STATS);
    }

    @Test
    void theMemoryOfTheirJsonFormsIsGivenBack() {
        bench.append(PRESENCE, "a", "b");
        long before = bench.store().totals().memory();
        bench.page(PRESENCE, 0, ALL, ALL).messages().forEach(message -> message.json(any -> new byte[100]));
        assertEquals(before + 200, bench.store().totals().memory());
        bench.remove(PRESENCE);
        assertEquals(0, bench.store().totals().memory());
        assertNotEquals(0, bench.floor(PRESENCE));
    }
}
