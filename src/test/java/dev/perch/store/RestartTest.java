// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static dev.perch.store.Bench.ALICE;
import static dev.perch.store.Bench.ALL;
import static dev.perch.store.Bench.BOB;
import static dev.perch.store.Bench.NEWS;
import static dev.perch.store.Bench.SPORT;
import static dev.perch.store.Bench.await;
import static dev.perch.store.Bench.drafts;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Key;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.MailboxRecord;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.Page;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.Refusal;
import dev.perch.mailbox.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store in a file has when it is opened again. */
final class RestartTest implements OnBench {
    @TempDir
    Path parent;

    private Path data;

    private final Bench bench =
            new Bench((limits, clocks) -> new SqliteStore(data(), 1 << 20, limits, clocks, Runnable::run));

    @Override
    public Bench bench() {
        return bench;
    }

    private Path data() {
        return data == null ? parent.resolve("data") : data;
    }

    /** What the intake is told at the start. */
    private List<String> toldByRestart() {
        int before = bench.intake.told().size();
        bench.restart();
        bench.store();
        return bench.intake.told().subList(before, bench.intake.told().size());
    }

    @Test
    void messagesAreAsTheyWere() {
        byte[] body = {0, 1, -1, 10};
        bench.publish(
                ALICE,
                null,
                List.of(new Draft("application/octet-stream", body, "tick", "carol", "bob", "mailbox/dave", 60)));
        bench.append(ALICE, "", "zwei €");
        bench.restart();
        Page page = bench.page(ALICE, 0, ALL, ALL);
        assertEquals(List.of(1L, 2L, 3L), Bench.offsets(page));
        assertEquals(List.of("", "zwei €"), Bench.texts(page).subList(1, 3));
        Message message = page.messages().get(0);
        assertEquals(ALICE, message.queue());
        assertEquals(bench.store().epoch() + ".1", message.id());
        assertEquals(bench.millis(), message.time());
        assertEquals("application/octet-stream", message.contentType());
        assertArrayEquals(body, message.body());
        assertEquals("tick", message.type());
        assertEquals("carol", message.from());
        assertEquals("mailbox/dave", message.reply());
        assertFalse(message.isFor("bob"));
        assertTrue(message.isFor("alice"));
        assertTrue(message.hasOwnTtl());
        assertTrue(message.expired(bench.millis() + 60_000));
        assertFalse(message.expired(bench.millis() + 59_999));
        assertFalse(page.messages().get(1).hasOwnTtl());
        bench.assertTotals(ALICE);
    }

    @Test
    void mailboxesPositionsAndFollowsAreTold() {
        bench.append(NEWS, "1", "2");
        bench.append(ALICE, "3");
        await(bench.store().follow("alice", "news", 1));
        await(bench.store().follow("alice", "sport", 0));
        await(bench.store().create("bob"));
        await(bench.store().save(List.of(new Store.Positions("alice", 3, 2))));
        assertEquals(
                List.of(
                        "created alice",
                        "created bob",
                        "found topic/news 2",
                        "found mailbox/alice 3",
                        "found mailbox/bob 0"),
                toldByRestart());
        List<MailboxRecord> created = bench.intake.created();
        assertEquals(
                new MailboxRecord("alice", 2, 3, 2, Map.of("news", 1L, "sport", 0L)), created.get(created.size() - 2));
        assertEquals(MailboxRecord.created("bob", 3), created.get(created.size() - 1));
        await(bench.store().follow("alice", "news", 0));
        await(bench.store().leave("alice", "sport"));
        assertEquals(
                "left alice sport", bench.intake.told().get(bench.intake.told().size() - 1));
    }

    @Test
    void theCounterGoesOnWhenAllMessagesAreGone() {
        bench.append(NEWS, "1", "2");
        bench.append(ALICE, "3", Duration.ofSeconds(1));
        bench.remove(NEWS);
        bench.pass(Duration.ofSeconds(1));
        bench.expire();
        bench.remove(ALICE);
        bench.restart();
        assertEquals(3, bench.store().last());
        assertEquals(new Store.Totals(0, 0, 0), bench.store().totals());
        assertEquals(4, bench.append(ALICE, "4").id().offset());
    }

    @Test
    void floorsAreKeptAlsoOfWhatIsGone() {
        bench.append(NEWS, "1", "2", "3");
        bench.trim(NEWS, 2);
        bench.append(SPORT, "4");
        bench.remove(SPORT);
        bench.append(ALICE, "5");
        bench.remove(ALICE);
        bench.restart();
        assertEquals(new Store.Size(1, 1, 2), bench.store().size(NEWS));
        assertEquals(2, bench.page(NEWS, 0, ALL, ALL).floor());
        assertEquals(4, bench.floor(SPORT));
        assertEquals(5, bench.floor(ALICE));
        assertEquals(5, bench.floor(BOB));
    }

    @Test
    void theEpochStaysAndACopyBeginsANewOne() {
        bench.append(NEWS, "1");
        String epoch = bench.store().epoch();
        bench.restart();
        assertEquals(epoch, bench.store().epoch());
        bench.restart();
        try (Sql sql = new Database(data(), Schema.CURRENT).writer("")) {
            State state = State.read(sql);
            new State(state.epoch(), state.last(), state.turn(), 0, 0, true).write(sql);
        }
        String copy = bench.store().epoch();
        assertNotEquals(epoch, copy);
        assertEquals(2, bench.append(NEWS, "2").id().offset());
        bench.restart();
        assertEquals(copy, bench.store().epoch());
    }

    @Test
    void keysAreKeptForTheRestOfTheirTime() {
        Key key = Key.of("k", drafts("a"));
        Receipt first = (Receipt) bench.publish(ALICE, key, drafts("a"));
        bench.pass(Duration.ofMinutes(4));
        bench.restart();
        Receipt again = (Receipt) bench.publish(ALICE, key, drafts("a"));
        assertEquals(first.id(), again.id());
        assertEquals(1, again.count());
        assertEquals(Refusal.KEY_REUSED, bench.publish(ALICE, Key.of("k", drafts("b")), drafts("b")));
        bench.pass(Duration.ofSeconds(59));
        bench.restart();
        assertEquals(first.id(), ((Receipt) bench.publish(ALICE, key, drafts("a"))).id());
        bench.pass(Duration.ofSeconds(1));
        assertEquals(2, ((Receipt) bench.publish(ALICE, key, drafts("a"))).id().offset());
    }

    @Test
    void aClockThatIsSetBackKeepsNoKeyLonger() {
        Key key = Key.of("k", drafts("a"));
        bench.publish(ALICE, key, drafts("a"));
        bench.jump(Duration.ofHours(-1));
        bench.restart();
        bench.store();
        bench.passUnnoticed(Limits.KEY_KEPT);
        assertEquals(2, ((Receipt) bench.publish(ALICE, key, drafts("a"))).id().offset());
    }

    @Test
    void keysThatAreTooOldLeaveTheFile() {
        bench.publish(ALICE, Key.of("old", drafts("a")), drafts("a"));
        bench.pass(Limits.KEY_KEPT);
        bench.publish(ALICE, Key.of("new", drafts("b")), drafts("b"));
        bench.expire();
        bench.restart();
        try (Sql sql = new Database(data(), Schema.CURRENT).reader()) {
            assertEquals("new", sql.text("SELECT group_concat(value) FROM idempotency_key"));
        }
    }

    @Test
    void anUncleanStopLosesNothing() throws IOException {
        bench.append(ALICE, "1", "2");
        bench.append(NEWS, "3");
        Path copy = Files.createDirectory(parent.resolve("copy"));
        for (String file : List.of("perch.db", "perch.db-wal")) {
            Files.copy(data().resolve(file), copy.resolve(file));
        }
        bench.restart();
        data = copy;
        assertEquals(List.of("1", "2"), Bench.texts(bench.page(ALICE, 0, ALL, ALL)));
        assertEquals(4, bench.append(ALICE, "4").id().offset());
        bench.assertTotals(ALICE, NEWS);
    }

    @Test
    void whatIsReadFromTheFileAndWhatIsInMemoryAreOneQueue() {
        bench.append(ALICE, "1", "2");
        bench.restart();
        bench.append(ALICE, "3");
        assertEquals(List.of(1L, 2L, 3L), bench.offsets(ALICE));
        assertEquals(List.of(2L, 3L), Bench.offsets(bench.page(ALICE, 1, ALL, ALL)));
        assertEquals(List.of(3L), Bench.offsets(bench.page(ALICE, 2, ALL, ALL)));
        bench.trim(ALICE, 2);
        assertEquals(List.of(3L), bench.offsets(ALICE));
        assertEquals(2, bench.floor(ALICE));
    }
}
