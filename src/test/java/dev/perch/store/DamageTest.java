// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static dev.perch.store.Bench.ALICE;
import static dev.perch.store.Bench.ALL;
import static dev.perch.store.Bench.BOB;
import static dev.perch.store.Bench.NEWS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.mailbox.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are not as this version wrote them. */
final class DamageTest implements OnBench {
    @TempDir
    Path parent;

    private Schema schema = Schema.CURRENT;

    private final Bench bench = new Bench((limits, clocks) ->
            new SqliteStore(data(), path -> new Database(path, schema), 1 << 20, limits, clocks, Runnable::run));

    @Override
    public Bench bench() {
        return bench;
    }

    private Path data() {
        return parent.resolve("data");
    }

    private Path file() {
        return data().resolve("perch.db");
    }

    private void alter(String statement) {
        try (Sql sql = new Database(data(), schema).writer("")) {
            sql.run(statement);
        }
    }

    private String refused() {
        return assertThrows(StoreException.class, bench::store).getMessage();
    }

    /** Flips one bit in the only place of the closed file where this text stands. */
    private void flip(String text) throws IOException {
        byte[] all = Files.readAllBytes(file());
        String latin = new String(all, StandardCharsets.ISO_8859_1);
        int at = latin.indexOf(text);
        assertTrue(at > 0 && latin.indexOf(text, at + 1) < 0, text);
        all[at] ^= 2;
        Files.write(file(), all);
    }

    @Test
    void aFileOfANewerFormatIsRefusedAndStaysAsItWas() throws IOException {
        bench.append(ALICE, "1");
        bench.restart();
        alter("PRAGMA user_version = 2");
        byte[] before = Files.readAllBytes(file());
        assertTrue(refused().contains("perch.db has format 2 and was written by a newer Perch"), this::refused);
        assertArrayEquals(before, Files.readAllBytes(file()));
    }

    @Test
    void aFileOfAnOlderFormatIsBroughtToThePresentOne() {
        bench.append(ALICE, "1", "2");
        bench.restart();
        schema = Schema.CURRENT.then("CREATE TABLE more (x)", "INSERT INTO more VALUES (17)");
        assertEquals(List.of("1", "2"), Bench.texts(bench.page(ALICE, 0, ALL, ALL)));
        bench.restart();
        try (Sql sql = new Database(data(), schema).reader()) {
            assertEquals(2, sql.number("PRAGMA user_version"));
            assertEquals(17, sql.number("SELECT x FROM more"));
        }
        assertEquals(3, bench.append(ALICE, "3").id().offset());
    }

    @Test
    void aStepThatFailsLeavesTheOlderFormat() {
        bench.append(ALICE, "1");
        bench.restart();
        schema = Schema.CURRENT.then("CREATE TABLE more (x)", "INSERT INTO nowhere VALUES (1)");
        assertTrue(refused().contains("nowhere"), this::refused);
        schema = Schema.CURRENT;
        assertEquals(List.of(1L), bench.offsets(ALICE));
        bench.restart();
        try (Sql sql = new Database(data(), schema).reader()) {
            assertEquals(0, sql.number("SELECT count(*) FROM sqlite_schema WHERE name = 'more'"));
        }
        bench.store();
    }

    @Test
    void aFileOfSomebodyElseIsRefusedAndStaysAsItWas() throws IOException {
        for (String text : List.of("This is no database, but a text that somebody has put here.".repeat(20), "xx")) {
            Files.createDirectories(data());
            Files.writeString(file(), text);
            assertTrue(refused().startsWith(file().toRealPath() + " is damaged ("), this::refused);
            assertEquals(text, Files.readString(file()));
        }
        Files.delete(file());
        try (Sql sql = new Sql(DriverManager.getConnection("jdbc:sqlite:" + file()))) {
            sql.run("CREATE TABLE theirs (x)");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        assertEquals(file().toRealPath() + " is not a store of Perch; give another directory with --data", refused());
    }

    @Test
    void anEmptyFileWithALogIsRefusedAndTheLogStays() throws IOException {
        Files.createDirectories(data());
        Files.createFile(file());
        Path log = Files.writeString(data().resolve("perch.db-wal"), "something");
        assertTrue(refused().contains("it is empty, but there is a log"), this::refused);
        assertEquals("something", Files.readString(log));
    }

    @Test
    void aDamagedMessageIsNotServedAndOthersAre() throws IOException {
        bench.append(ALICE, "the first one", "the second one");
        bench.append(BOB, "the third one");
        bench.restart();
        flip("the second one");
        CompletionStage<?> stage = bench.store().read(ALICE, 0, ALL, ALL);
        CompletionException failed = assertThrows(
                CompletionException.class, () -> stage.toCompletableFuture().join());
        String why = assertInstanceOf(StoreException.class, failed.getCause()).getMessage();
        assertEquals(
                file().toRealPath() + " is damaged (the message 2 of mailbox/alice does not match its checksum),"
                        + " nothing in it was changed: perch check " + data().toRealPath()
                        + " tells more, perch export "
                        + data().toRealPath() + " saves what can be read, or put a backup in its place",
                why);
        assertEquals(List.of("the first one"), Bench.texts(bench.page(ALICE, 0, 1, ALL)));
        assertEquals(List.of("the third one"), Bench.texts(bench.page(BOB, 0, ALL, ALL)));
        assertEquals(4, bench.append(ALICE, "the fourth one").id().offset());
        assertEquals(List.of(4L), Bench.offsets(bench.page(ALICE, 2, ALL, ALL)));
    }

    @Test
    void aMessageInTheWrongQueueIsNotServed() {
        bench.append(ALICE, "for alice");
        bench.append(BOB, "for bob");
        bench.restart();
        alter("UPDATE message SET queue = (SELECT id FROM queue WHERE name = 'bob')");
        CompletionStage<?> stage = bench.store().read(BOB, 0, ALL, ALL);
        assertThrows(
                CompletionException.class, () -> stage.toCompletableFuture().join());
    }

    @Test
    void damageThatIsSeenAtTheStartRefusesTheStart() {
        bench.append(ALICE, "1");
        bench.append(NEWS, "2");
        for (String statement : List.of(
                "UPDATE queue SET floor = floor + 1 WHERE name = 'news'",
                "UPDATE state SET last = last - 1",
                "DELETE FROM queue WHERE name = 'news'")) {
            bench.restart();
            alter("CREATE TABLE IF NOT EXISTS kept_queue AS SELECT * FROM queue");
            alter("CREATE TABLE IF NOT EXISTS kept_state AS SELECT * FROM state");
            alter(statement);
            assertTrue(refused().contains("is damaged ("), statement);
            alter("INSERT OR REPLACE INTO queue SELECT * FROM kept_queue");
            alter("INSERT OR REPLACE INTO state SELECT * FROM kept_state");
            assertEquals(List.of(1L), bench.offsets(ALICE));
        }
    }
}
