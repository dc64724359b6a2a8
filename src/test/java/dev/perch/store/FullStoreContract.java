// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static dev.perch.store.Bench.ALICE;
import static dev.perch.store.Bench.BOB;
import static dev.perch.store.Bench.CAROL;
import static dev.perch.store.Bench.NEWS;
import static dev.perch.store.Bench.SPORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.mailbox.Message;
import dev.perch.mailbox.Publication;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.Refusal;
import dev.perch.mailbox.Store;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What gives way when the whole store is full, and what does not. */
interface FullStoreContract extends OnBench {
    /** A full store need not be searched again sooner. */
    Duration BETWEEN_SEARCHES = Duration.ofSeconds(2);

    QueueName DAVE = QueueName.mailbox("dave");

    @Test
    default void aStoreFullOfUnhandedMessagesRefusesAndDropsNothing() {
        bench().storeMessages = 4;
        bench().append(ALICE, "1", "2");
        bench().append(BOB, "3", "4");
        bench().assertRefused(Refusal.STORE_FULL, ALICE, "5");
        bench().assertRefused(Refusal.STORE_FULL, CAROL, "5");
        bench().assertRefused(Refusal.STORE_FULL, NEWS, "5");
        bench().pass(BETWEEN_SEARCHES);
        bench().assertRefused(Refusal.STORE_FULL, ALICE, "5");
        bench().assertTotals(ALICE, BOB);
        bench().pass(BETWEEN_SEARCHES);
        bench().trim(BOB, 3);
        bench().append(CAROL, "5");
    }

    @Test
    default void acknowledgedMessagesGiveWayToTheWholeStoreFirst() {
        bench().storeMessages = 6;
        bench().append(BOB, "1", "2");
        bench().append(CAROL, "3", "4");
        bench().append(ALICE, "5", "6");
        bench().intake.hand(BOB, 2);
        bench().intake.acknowledge(ALICE, 6);
        bench().append(DAVE, "7");
        assertEquals(List.of(1L, 2L), bench().offsets(BOB));
        assertEquals(List.of(3L, 4L), bench().offsets(CAROL));
        assertEquals(List.of(7L), bench().offsets(DAVE));
        assertFalse(bench().offsets(ALICE).contains(5L));
        assertTrue(bench().floor(ALICE) >= 5);
        bench().assertTotals(ALICE, BOB, CAROL, DAVE);
    }

    @Test
    default void handedMessagesGiveWayToTheWholeStoreOldestFirst() {
        bench().storeMessages = 6;
        bench().append(ALICE, "1");
        bench().append(BOB, "2");
        bench().append(CAROL, "3");
        bench().append(BOB, "4");
        bench().append(ALICE, "5");
        bench().append(BOB, "6");
        bench().intake.hand(ALICE, 5);
        bench().intake.hand(BOB, 4);
        for (int more = 0; more < 4; more++) {
            bench().pass(BETWEEN_SEARCHES);
            bench().append(DAVE, "x");
            List<Long> kept = Stream.of(1L, 2L, 4L, 5L)
                    .filter(offset -> bench().offsets(ALICE).contains(offset)
                            || bench().offsets(BOB).contains(offset))
                    .toList();
            assertEquals(List.of(1L, 2L, 4L, 5L).subList(4 - kept.size(), 4), kept);
            assertEquals(3 - more, kept.size());
        }
        bench().pass(BETWEEN_SEARCHES);
        bench().assertRefused(Refusal.STORE_FULL, DAVE, "x");
        assertEquals(List.of(3L), bench().offsets(CAROL));
        assertEquals(List.of(6L), bench().offsets(BOB));
        bench().assertTotals(ALICE, BOB, CAROL, DAVE);
    }

    @Test
    default void aWholeBatchMakesRoomInTheStore() {
        bench().storeMessages = 6;
        bench().append(ALICE, "1", "2", "3");
        bench().append(BOB, "4", "5", "6");
        bench().intake.acknowledge(ALICE, 1);
        bench().intake.hand(ALICE, 2);
        bench().intake.hand(BOB, 4);
        bench().append(DAVE, "7", "8", "9");
        assertEquals(List.of(3L), bench().offsets(ALICE));
        assertEquals(List.of(5L, 6L), bench().offsets(BOB));
        bench().assertTotals(ALICE, BOB, DAVE);
    }

    @Test
    default void aFullStoreDropsNothingForWhatItRefuses() {
        bench().storeMessages = 6;
        bench().append(ALICE, "1", "2", "3");
        bench().append(BOB, "4", "5", "6");
        bench().intake.acknowledge(ALICE, 1);
        bench().intake.hand(BOB, 4);
        bench().assertRefused(Refusal.STORE_FULL, DAVE, "7", "8", "9");
        assertEquals(List.of(1L, 2L, 3L), bench().offsets(ALICE));
        assertEquals(List.of(4L, 5L, 6L), bench().offsets(BOB));
        bench().pass(BETWEEN_SEARCHES);
        bench().append(DAVE, "7", "8");
    }

    @Test
    default void expiredMessagesGiveWayInAFullStore() {
        bench().storeMessages = 4;
        bench().append(NEWS, "1", Duration.ofSeconds(10));
        bench().append(ALICE, "2", Duration.ofSeconds(10));
        bench().append(BOB, "3", "4");
        bench().pass(Duration.ofSeconds(10));
        bench().append(CAROL, "5", "6");
        assertEquals(List.of(3L, 4L), bench().offsets(BOB));
        bench().assertTotals(NEWS, ALICE, BOB, CAROL);
    }

    @Test
    default void inAFullStoreATopicStillDropsItsOwnOldest() {
        bench().storeMessages = 4;
        bench().append(ALICE, "1", "2");
        bench().append(NEWS, "3", "4");
        bench().append(NEWS, "5");
        assertEquals(List.of(4L, 5L), bench().offsets(NEWS));
        assertEquals(List.of(1L, 2L), bench().offsets(ALICE));
        bench().assertTotals(ALICE, NEWS);
    }

    @Test
    default void aStoreFullOfBytesRefusesToo() {
        bench().storeBytes = 5000;
        Publication last = null;
        for (int mailbox = 0; mailbox < 9 && !(last instanceof Refusal); mailbox++) {
            last = bench().publish(QueueName.mailbox("m" + mailbox), null, Bench.drafts("x".repeat(1000)));
            assertTrue(bench().store().totals().memory() <= 5000);
        }
        assertEquals(Refusal.STORE_FULL, last);
        assertEquals(3, bench().store().totals().messages());
    }

    @Test
    default void aLargeMessageMakesRoomInTheStore() {
        bench().storeBytes = 5000;
        LongStream.rangeClosed(1, 5).forEach(i -> bench().append(ALICE, "x".repeat(200)));
        LongStream.rangeClosed(1, 5).forEach(i -> bench().append(BOB, "x".repeat(200)));
        bench().intake.hand(ALICE, 5);
        bench().intake.hand(BOB, 9);
        bench().append(CAROL, "x".repeat(1000));
        assertFalse(bench().offsets(ALICE).contains(2L));
        assertEquals(List.of(6L, 7L, 8L, 9L, 10L), bench().offsets(BOB));
        bench().assertTotals(ALICE, BOB, CAROL);
    }

    @Test
    default void jsonFormsCountAsMemoryUntilTheirMessageIsDropped() {
        bench().append(NEWS, "a", "b");
        Store.Totals before = bench().store().totals();
        Message message = bench().intake.stored().get(0);
        message.json(any -> new byte[1000]);
        message.json(any -> new byte[2000]);
        assertEquals(before.memory() + 1000, bench().store().totals().memory());
        assertEquals(before.bytes(), bench().store().totals().bytes());
        bench().trim(NEWS, 1);
        bench().assertTotals(NEWS);
        message.json(any -> new byte[1000]);
        bench().assertTotals(NEWS);
    }

    @Test
    default void theCountsAreRightAfterEveryKindOfDrop() {
        bench().storeMessages = 12;
        QueueName[] queues = {ALICE, BOB, CAROL, NEWS, SPORT};
        Random random = new Random(42);
        for (int i = 0; i < 500; i++) {
            QueueName queue = queues[random.nextInt(queues.length)];
            Duration ttl = random.nextInt(4) == 0 ? Duration.ofSeconds(1 + random.nextInt(30)) : Duration.ZERO;
            Publication outcome = bench().publish(
                            queue,
                            null,
                            List.of(Bench.draft("x".repeat(random.nextInt(400)), ttl), Bench.draft("", Duration.ZERO)));
            if (outcome instanceof Refusal) {
                assertTrue(queue.isMailbox() || outcome == Refusal.STORE_FULL);
            } else {
                assertInstanceOf(Receipt.class, outcome);
            }
            assertTrue(bench().store().totals().messages() <= 12);
            switch (random.nextInt(6)) {
                case 0 ->
                    bench().intake.hand(queue, random.nextLong(bench().store().last() + 1));
                case 1 ->
                    bench().intake
                            .acknowledge(queue, random.nextLong(bench().store().last() + 1));
                case 2 -> bench().trim(queue, random.nextLong(bench().store().last() + 1));
                case 3 -> bench().pass(Duration.ofSeconds(random.nextInt(10)));
                case 4 -> bench().expire();
                default -> bench().remove(queue);
            }
            bench().expire();
            bench().assertTotals(queues);
        }
    }
}
