// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static dev.perch.store.Bench.ALICE;
import static dev.perch.store.Bench.ALL;
import static dev.perch.store.Bench.NEWS;
import static dev.perch.store.Bench.TTL;
import static dev.perch.store.Bench.offsets;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.mailbox.Message;
import dev.perch.mailbox.Page;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What a read of a queue returns. */
interface ReadContract extends OnBench {
    @Test
    default void aMissingQueueReadsAsAnEmptyOne() {
        Page nothing = new Page(List.of(), Long.MAX_VALUE, 0);
        assertEquals(nothing, bench().page(NEWS, 0, 1, 1));
        assertEquals(nothing, bench().page(ALICE, 17, ALL, ALL));
    }

    @Test
    default void readingCreatesNothing() {
        bench().page(ALICE, 0, 1, 1);
        assertEquals(List.of(), bench().intake.told());
    }

    @Test
    default void aReadBeginsBehindItsOffset() {
        bench().append(NEWS, "1", "2");
        bench().append(ALICE, "3");
        bench().append(NEWS, "4");
        assertEquals(List.of(1L, 2L, 4L), offsets(bench().page(NEWS, 0, ALL, ALL)));
        assertEquals(List.of(2L, 4L), offsets(bench().page(NEWS, 1, ALL, ALL)));
        assertEquals(List.of(4L), offsets(bench().page(NEWS, 3, ALL, ALL)));
        assertEquals(List.of(), offsets(bench().page(NEWS, 4, ALL, ALL)));
        assertEquals(List.of(), offsets(bench().page(NEWS, 1000, ALL, ALL)));
    }

    @Test
    default void readingTwiceGivesTheSame() {
        bench().append(ALICE, "1", "2");
        assertEquals(bench().offsets(ALICE), bench().offsets(ALICE));
        assertEquals(2, bench().store().size(ALICE).messages());
    }

    @Test
    default void aPageHasAtMostSoManyMessagesAndSaysHowFarItWent() {
        bench().append(NEWS, "1", "2", "3");
        Page page = bench().page(NEWS, 0, 2, ALL);
        assertEquals(List.of(1L, 2L), offsets(page));
        assertEquals(2, page.end());
        Page rest = bench().page(NEWS, page.end(), 2, ALL);
        assertEquals(List.of(3L), offsets(rest));
        assertEquals(Long.MAX_VALUE, rest.end());
    }

    @Test
    default void aPageThatEndsWithTheQueueHasNoEnd() {
        bench().append(NEWS, "1", "2", "3");
        assertEquals(Long.MAX_VALUE, bench().page(NEWS, 0, 3, ALL).end());
        assertEquals(Long.MAX_VALUE, bench().page(NEWS, 0, ALL, 3).end());
        assertEquals(Long.MAX_VALUE, bench().page(NEWS, 3, 1, 1).end());
    }

    @Test
    default void aPageHasAtMostSoManyBytes() {
        bench().append(NEWS, "x".repeat(10), "x".repeat(20), "x".repeat(30), "x".repeat(5));
        Page page = bench().page(NEWS, 0, ALL, 59);
        assertEquals(List.of(1L, 2L), offsets(page));
        assertEquals(2, page.end());
        assertEquals(List.of(1L, 2L, 3L), offsets(bench().page(NEWS, 0, ALL, 60)));
        assertEquals(List.of(1L, 2L, 3L, 4L), offsets(bench().page(NEWS, 0, ALL, 65)));
    }

    @Test
    default void aPageHasAlwaysOneMessage() {
        bench().append(NEWS, "x".repeat(500), "x");
        Page page = bench().page(NEWS, 0, ALL, 1);
        assertEquals(List.of(1L), offsets(page));
        assertEquals(1, page.end());
        assertEquals(List.of(1L), offsets(bench().page(NEWS, 0, 1, 0)));
    }

    @Test
    default void expiredMessagesAreNotReadEvenBeforeTheyAreDropped() {
        bench().append(NEWS, "1", Duration.ofSeconds(10));
        bench().append(NEWS, "2");
        bench().append(NEWS, "3", Duration.ofSeconds(20));
        bench().pass(Duration.ofMillis(9_999));
        assertEquals(List.of(1L, 2L, 3L), bench().offsets(NEWS));
        bench().pass(Duration.ofMillis(1));
        assertEquals(List.of(2L, 3L), bench().offsets(NEWS));
        bench().pass(Duration.ofSeconds(10));
        assertEquals(List.of(2L), bench().offsets(NEWS));
        bench().pass(TTL);
        assertEquals(List.of(), bench().offsets(NEWS));
        assertEquals(Long.MAX_VALUE, bench().page(NEWS, 0, 1, 1).end());
    }

    @Test
    default void theWallClockEndsMessages() {
        bench().append(NEWS, "1", Duration.ofSeconds(10));
        bench().passUnnoticed(Duration.ofDays(1));
        bench().expire();
        assertEquals(List.of(1L), bench().offsets(NEWS));
        bench().jump(Duration.ofSeconds(10));
        assertEquals(List.of(), bench().offsets(NEWS));
    }

    @Test
    default void aClockThatIsSetBackDoesNotDisturbTheOrder() {
        bench().append(NEWS, "1");
        bench().jump(Duration.ofHours(-5));
        bench().append(NEWS, "2");
        assertEquals(List.of(1L, 2L), bench().offsets(NEWS));
        bench().pass(TTL);
        bench().expire();
        assertEquals(List.of(1L), bench().offsets(NEWS));
        bench().assertTotals(NEWS);
    }

    @Test
    default void expiredMessagesCountNeitherAsMessagesNorAsBytesOfAPage() {
        bench().append(NEWS, "x".repeat(100), Duration.ofSeconds(10));
        bench().append(NEWS, "x");
        bench().append(NEWS, "x".repeat(100), Duration.ofSeconds(10));
        bench().append(NEWS, "x");
        bench().pass(Duration.ofSeconds(10));
        assertEquals(List.of(2L, 4L), offsets(bench().page(NEWS, 0, 2, 2)));
    }

    @Test
    default void expiringDropsWhatHasExpiredInAnyQueue() {
        bench().append(NEWS, "1", Duration.ofSeconds(10));
        bench().append(ALICE, "2", Duration.ofSeconds(10));
        bench().append(ALICE, "3");
        bench().pass(Duration.ofSeconds(10));
        bench().expire();
        assertEquals(0, bench().store().size(NEWS).messages());
        assertEquals(1, bench().store().size(ALICE).messages());
        bench().assertTotals(NEWS, ALICE);
    }

    @Test
    default void readingOnFromEachEndGivesEverythingOnce() {
        bench().topicMessages = 100;
        for (int i = 1; i <= 100; i++) {
            if (i % 3 == 0) {
                bench().append(NEWS, "x".repeat(i % 7), Duration.ofSeconds(10));
            } else {
                bench().append(NEWS, "x".repeat(i % 7));
            }
        }
        bench().pass(Duration.ofSeconds(10));
        List<Long> expected = LongStream.rangeClosed(1, 100)
                .filter(offset -> offset % 3 != 0)
                .boxed()
                .toList();
        for (int limit = 1; limit <= 8; limit++) {
            for (long bytes : new long[] {0, 5, 11, ALL}) {
                assertEquals(expected, readOn(limit, bytes), limit + " messages, " + bytes + " bytes");
            }
        }
    }

    private List<Long> readOn(int limit, long bytes) {
        List<Long> all = new ArrayList<>();
        long after = 0;
        while (after != Long.MAX_VALUE) {
            Page page = bench().page(NEWS, after, limit, bytes);
            List<Long> found = offsets(page);
            assertTrue(found.size() <= limit);
            long sum = page.messages().stream().mapToLong(Message::bytes).sum();
            assertTrue(found.size() == 1 || sum <= bytes);
            assertTrue(page.end() > after, "it goes on");
            all.addAll(found);
            after = page.end();
        }
        return all;
    }
}
