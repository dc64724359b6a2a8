// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static dev.perch.store.Bench.ALICE;
import static dev.perch.store.Bench.ALL;
import static dev.perch.store.Bench.BOB;
import static dev.perch.store.Bench.NEWS;
import static dev.perch.store.Bench.SPORT;
import static dev.perch.store.Bench.await;
import static dev.perch.store.Bench.drafts;
import static dev.perch.store.Bench.texts;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.Refusal;
import dev.perch.mailbox.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** How messages get into a store. */
interface AppendContract extends OnBench {
    @Test
    default void aNewStoreHasNothingAndTellsNothing() {
        Store store = bench().store();
        assertEquals(0, store.last());
        assertEquals(new Store.Totals(0, 0, 0), store.totals());
        assertEquals(new Store.Size(0, 0, 0), store.size(NEWS));
        assertEquals(List.of(), bench().intake.told());
        assertTrue(Cursor.parse(store.epoch() + ".0").isPresent());
    }

    @Test
    default void offsetsRiseByOneOverAllQueues() {
        assertEquals(2, bench().append(ALICE, "a", "b").id().offset());
        assertEquals(3, bench().append(NEWS, "c").id().offset());
        assertEquals(4, bench().append(BOB, "d").id().offset());
        assertEquals(5, bench().append(ALICE, "e").id().offset());
        assertEquals(5, bench().store().last());
        assertEquals(List.of(1L, 2L, 5L), bench().offsets(ALICE));
        assertEquals(List.of(3L), bench().offsets(NEWS));
    }

    @Test
    default void anOffsetIsNeverGivenOutTwice() {
        bench().append(NEWS, "a", "b");
        bench().remove(NEWS);
        assertEquals(3, bench().append(NEWS, "c").id().offset());
        bench().trim(NEWS, 3);
        assertEquals(4, bench().append(NEWS, "d").id().offset());
    }

    @Test
    default void theReceiptHasTheIdOfTheLastMessageAndTheirCount() {
        Receipt receipt = bench().append(NEWS, "a", "b", "c");
        assertEquals(new Cursor(bench().store().epoch(), 3, false), receipt.id());
        assertEquals(3, receipt.count());
        assertEquals(0, receipt.woken());
        assertEquals(bench().intake.stored().get(2).id(), receipt.id().toString());
    }

    @Test
    default void theIntakeIsToldOfEveryChangeInOrder() {
        bench().append(ALICE, "a", "b");
        bench().append(NEWS, "c");
        await(bench().store().follow("alice", "news", 1));
        bench().append(ALICE, "d");
        assertEquals(
                List.of(
                        "created alice",
                        "stored mailbox/alice 1",
                        "stored mailbox/alice 2",
                        "stored topic/news 3",
                        "followed alice news 1",
                        "stored mailbox/alice 4"),
                bench().intake.told());
    }

    @Test
    default void theIntakeIsToldAndHasWokenBeforeTheStageCompletes() {
        RecordingIntake intake = bench().intake;
        Store store = bench().store();
        CompletionStage<Boolean> stored = store.append(NEWS, drafts("a"), null)
                .thenApply(done -> intake.stored().size() == 1 && intake.woken().size() == 1);
        assertTrue(await(stored));
        CompletionStage<Boolean> created =
                store.create("alice").thenApply(done -> intake.created().size() == 1);
        assertTrue(await(created));
        CompletionStage<Boolean> removed =
                store.remove(NEWS).thenApply(done -> intake.told().contains("removed topic/news"));
        assertTrue(await(removed));
    }

    @Test
    default void wakingComesAfterStoredAndIsCountedInTheReceipt() {
        bench().intake.onWake(messages -> 7 + messages.size());
        assertEquals(9, bench().append(ALICE, "a", "b").woken());
        List<List<Message>> woken = bench().intake.woken();
        assertEquals(
                bench().intake.stored(), woken.stream().flatMap(List::stream).toList());
    }

    @Test
    default void wakingHappensOutsideOfEveryLock() {
        Store store = bench().store();
        bench().intake.onWake(messages -> {
            CompletableFuture<Void> elsewhere = CompletableFuture.runAsync(() -> {
                store.size(SPORT);
                store.size(ALICE);
                store.totals();
                bench().page(ALICE, 0, ALL, ALL);
            });
            await(elsewhere);
            return 1;
        });
        assertEquals(1, bench().append(ALICE, "a").woken());
    }

    @Test
    default void storedMessagesSayWhatTheirDraftSaid() {
        byte[] body = {0, 1, -1, 10};
        Draft draft = new Draft("application/octet-stream", body, "tick", "carol", "bob", "mailbox/dave", 60);
        bench().publish(ALICE, null, List.of(draft));
        Message told = bench().intake.stored().get(0);
        Message read = bench().page(ALICE, 0, 1, ALL).messages().get(0);
        for (Message message : List.of(told, read)) {
            assertEquals(ALICE, message.queue());
            assertEquals(1, message.offset());
            assertEquals(bench().store().epoch() + ".1", message.id());
            assertEquals(bench().millis(), message.time());
            assertEquals("application/octet-stream", message.contentType());
            assertArrayEquals(body, message.body());
            assertEquals("tick", message.type());
            assertEquals("carol", message.from());
            assertEquals("mailbox/dave", message.reply());
            assertFalse(message.isFor("bob"));
            assertTrue(message.isFor("alice"));
            assertEquals(draft.bytes(), message.bytes());
            assertTrue(message.hasOwnTtl());
            assertFalse(message.expired(bench().millis() + 59_999));
            assertTrue(message.expired(bench().millis() + 60_000));
        }
    }

    @Test
    default void withoutATimeToLiveOfItsOwnAMessageHasTheDefaultOne() {
        bench().append(NEWS, "a");
        Message message = bench().page(NEWS, 0, 1, ALL).messages().get(0);
        assertFalse(message.hasOwnTtl());
        assertFalse(message.expired(bench().millis() + Bench.TTL.toMillis() - 1));
        assertTrue(message.expired(bench().millis() + Bench.TTL.toMillis()));
    }

    @Test
    default void anEmptyBodyIsAMessage() {
        bench().append(NEWS, "");
        assertEquals(List.of(1L), bench().offsets(NEWS));
        assertEquals(new Store.Size(1, 0, 0), bench().store().size(NEWS));
    }

    @Test
    default void aBatchIsStoredInItsOrder() {
        bench().append(ALICE, "a", "b", "c");
        assertEquals(List.of("a", "b", "c"), texts(bench().page(ALICE, 0, ALL, ALL)));
        assertEquals(
                List.of("a", "b", "c"),
                bench().intake.stored().stream().map(Bench::text).toList());
    }

    @Test
    default void aBatchThatFitsOnlyInPartIsRefusedAsAWhole() {
        bench().append(ALICE, "a", "b", "c");
        bench().assertRefused(Refusal.MAILBOX_FULL, ALICE, "d", "e", "f");
        assertEquals(5, bench().append(ALICE, "d", "e").id().offset());
    }

    @Test
    default void aBatchLargerThanAnEmptyQueueNeverFits() {
        bench().append(NEWS, "a");
        bench().assertRefused(Refusal.NEVER_FITS, ALICE, "1", "2", "3", "4", "5", "6");
        bench().assertRefused(Refusal.NEVER_FITS, NEWS, "1", "2", "3", "4", "5");
        bench().assertRefused(Refusal.NEVER_FITS, ALICE, "x".repeat(1001));
        bench().assertRefused(Refusal.NEVER_FITS, NEWS, "x".repeat(500), "x".repeat(501));
        assertEquals(List.of(), bench().intake.created());
    }

    @Test
    default void aBatchAsLargeAsAnEmptyQueueFits() {
        bench().append(ALICE, "1", "2", "3", "4", "5");
        bench().append(BOB, "x".repeat(1000));
        bench().append(NEWS, "x".repeat(500), "x".repeat(500));
        bench().assertTotals(ALICE, BOB, NEWS);
    }

    @Test
    default void publishersAtTheSameTimeLoseNothingAndOneOrderIsTold() throws Exception {
        bench().mailboxMessages = ALL;
        bench().topicMessages = ALL;
        bench().mailboxBytes = ALL;
        bench().topicBytes = ALL;
        bench().storeMessages = ALL;
        bench().storeBytes = 1L << 40;
        bench().store();
        int each = 250;
        List<QueueName> queues = List.of(ALICE, BOB, NEWS, SPORT);
        ExecutorService threads = Executors.newFixedThreadPool(queues.size());
        try {
            List<Future<List<Long>>> running = new ArrayList<>();
            for (int publisher = 0; publisher < queues.size(); publisher++) {
                int first = publisher;
                running.add(threads.submit(() -> IntStream.range(0, each)
                        .mapToObj(i -> bench().append(queues.get((first + i) % queues.size()), first + ":" + i))
                        .map(receipt -> receipt.id().offset())
                        .toList()));
            }
            List<Long> receipts = new ArrayList<>();
            for (Future<List<Long>> publisher : running) {
                receipts.addAll(publisher.get(60, TimeUnit.SECONDS));
            }
            List<Long> all = LongStream.rangeClosed(1, (long) each * queues.size())
                    .boxed()
                    .toList();
            assertEquals(all, receipts.stream().sorted().toList());
        } finally {
            threads.shutdownNow();
        }
        List<Message> stored = bench().intake.stored();
        assertEquals(
                LongStream.rangeClosed(1, stored.size()).boxed().toList(),
                stored.stream().map(Message::offset).toList());
        for (QueueName queue : queues) {
            assertEquals(
                    stored.stream()
                            .filter(message -> message.queue().equals(queue))
                            .map(Bench::text)
                            .toList(),
                    texts(bench().page(queue, 0, ALL, ALL)));
        }
        for (int publisher = 0; publisher < queues.size(); publisher++) {
            String mine = publisher + ":";
            assertEquals(
                    IntStream.range(0, each).mapToObj(i -> mine + i).toList(),
                    stored.stream()
                            .map(Bench::text)
                            .filter(text -> text.startsWith(mine))
                            .toList());
        }
        assertEquals(2, bench().intake.created().size());
        bench().assertTotals(ALICE, BOB, NEWS, SPORT);
    }
}
