// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static dev.perch.store.Bench.ALICE;
import static dev.perch.store.Bench.BOB;
import static dev.perch.store.Bench.NEWS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.perch.mailbox.Draft;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What gives way when a queue is full, and what does not. */
interface SpaceContract extends OnBench {
    @Test
    default void aMailboxFullOfUnhandedMessagesRefusesMore() {
        bench().append(ALICE, "1", "2", "3", "4", "5");
        bench().assertRefused(Refusal.MAILBOX_FULL, ALICE, "6");
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L), bench().offsets(ALICE));
        bench().append(BOB, "elsewhere");
    }

    @Test
    default void aMailboxFullOfUnhandedBytesRefusesMore() {
        bench().append(ALICE, "x".repeat(600), "x".repeat(400));
        bench().assertRefused(Refusal.MAILBOX_FULL, ALICE, "x");
        assertEquals(List.of(1L, 2L), bench().offsets(ALICE));
    }

    @Test
    default void handedMessagesGiveWayOldestFirstAndNoMoreThanNeeded() {
        bench().append(ALICE, "1", "2", "3", "4", "5");
        bench().intake.hand(ALICE, 3);
        bench().append(ALICE, "6");
        assertEquals(List.of(2L, 3L, 4L, 5L, 6L), bench().offsets(ALICE));
        assertEquals(1, bench().floor(ALICE));
        bench().append(ALICE, "7", "8");
        assertEquals(List.of(4L, 5L, 6L, 7L, 8L), bench().offsets(ALICE));
        bench().assertRefused(Refusal.MAILBOX_FULL, ALICE, "9");
        bench().assertTotals(ALICE);
    }

    @Test
    default void handedBytesGiveWayOldestFirstAndNoMoreThanNeeded() {
        bench().append(ALICE, "x".repeat(300), "x".repeat(300), "x".repeat(300));
        bench().intake.hand(ALICE, 2);
        bench().append(ALICE, "x".repeat(400));
        assertEquals(List.of(2L, 3L, 4L), bench().offsets(ALICE));
        bench().assertRefused(Refusal.MAILBOX_FULL, ALICE, "x".repeat(400));
        bench().assertTotals(ALICE);
    }

    @Test
    default void handedMessagesStayWhenTheyDoNotSuffice() {
        bench().append(ALICE, "1", "2", "3", "4", "5");
        bench().intake.hand(ALICE, 1);
        bench().assertRefused(Refusal.MAILBOX_FULL, ALICE, "6", "7");
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L), bench().offsets(ALICE));
    }

    @Test
    default void expiredMessagesGiveWayInAFullMailbox() {
        bench().append(ALICE, "1", Duration.ofSeconds(10));
        bench().append(ALICE, "2", "3");
        bench().append(ALICE, "4", Duration.ofSeconds(10));
        bench().append(ALICE, "5");
        bench().pass(Duration.ofSeconds(10));
        bench().append(ALICE, "6", "7");
        assertEquals(List.of(2L, 3L, 5L, 6L, 7L), bench().offsets(ALICE));
        bench().assertRefused(Refusal.MAILBOX_FULL, ALICE, "8");
        bench().assertTotals(ALICE);
    }

    @Test
    default void aTopicDropsItsOldestWhenFull() {
        bench().append(NEWS, "1", "2", "3", "4");
        bench().append(NEWS, "5");
        assertEquals(List.of(2L, 3L, 4L, 5L), bench().offsets(NEWS));
        assertEquals(1, bench().floor(NEWS));
        bench().append(NEWS, "6", "7", "8", "9");
        assertEquals(List.of(6L, 7L, 8L, 9L), bench().offsets(NEWS));
        bench().assertTotals(NEWS);
    }

    @Test
    default void aTopicDropsItsOldestBytesWhenFull() {
        bench().append(NEWS, "x".repeat(100), "x".repeat(500), "x".repeat(400));
        bench().append(NEWS, "x".repeat(101));
        assertEquals(List.of(3L, 4L), bench().offsets(NEWS));
        bench().assertTotals(NEWS);
    }

    @Test
    default void theWordsOfAMessageCountWithItsBody() {
        QueueName.Kind[] kinds = QueueName.Kind.values();
        for (QueueName.Kind kind : kinds) {
            QueueName queue = new QueueName(kind, "words");
            byte[] body = "body".getBytes(StandardCharsets.UTF_8);
            bench().publish(queue, null, List.of(new Draft("text/plain", body, "ty", "fro", "exce", "reply", 0)));
            assertEquals(18, bench().store().size(queue).bytes());
        }
    }
}
