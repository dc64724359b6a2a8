// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static dev.perch.store.Bench.ALICE;
import static dev.perch.store.Bench.ALL;
import static dev.perch.store.Bench.BOB;
import static dev.perch.store.Bench.NEWS;
import static dev.perch.store.Bench.SPORT;
import static dev.perch.store.Bench.TTL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.mailbox.Message;
import dev.perch.mailbox.Page;
import dev.perch.mailbox.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What raises the floor of a queue, and so tells a reader of a gap; and what does not. */
interface FloorContract extends OnBench {
    private long pageFloor(long after) {
        return bench().page(NEWS, after, ALL, ALL).floor();
    }

    @Test
    default void trimmingRaisesTheFloorToWhatItDropped() {
        bench().append(NEWS, "1", "2");
        bench().append(ALICE, "3");
        bench().append(NEWS, "4");
        bench().trim(NEWS, 3);
        assertEquals(2, bench().floor(NEWS));
        assertEquals(2, pageFloor(0));
        assertEquals(List.of(4L), bench().offsets(NEWS));
        assertEquals(0, bench().floor(ALICE));
        bench().assertTotals(NEWS, ALICE);
    }

    @Test
    default void trimmingBelowTheOldestDropsNothing() {
        bench().append(NEWS, "1", "2", "3");
        bench().trim(NEWS, 2);
        bench().trim(NEWS, 1);
        bench().trim(NEWS, 0);
        assertEquals(2, bench().floor(NEWS));
        assertEquals(List.of(3L), bench().offsets(NEWS));
    }

    @Test
    default void trimmingAnEmptyOrMissingQueueDoesNothing() {
        bench().trim(SPORT, 7);
        assertEquals(new Store.Size(0, 0, 0), bench().store().size(SPORT));
        bench().append(NEWS, "1");
        bench().trim(NEWS, 1);
        bench().trim(NEWS, 5);
        assertEquals(new Store.Size(0, 0, 1), bench().store().size(NEWS));
    }

    @Test
    default void theFloorOfAnEmptiedQueueStays() {
        bench().append(NEWS, "1", "2");
        bench().trim(NEWS, 2);
        assertEquals(new Page(List.of(), Long.MAX_VALUE, 2), bench().page(NEWS, 0, ALL, ALL));
        bench().append(NEWS, "3");
        assertEquals(2, bench().floor(NEWS));
    }

    @Test
    default void spaceThatIsNeededRaisesTheFloor() {
        bench().append(NEWS, "1", "2", "3", "4");
        assertEquals(0, bench().floor(NEWS));
        bench().append(NEWS, "5", "6");
        assertEquals(2, bench().floor(NEWS));
        assertEquals(2, pageFloor(0));
    }

    @Test
    default void theDefaultTimeToLiveRaisesTheFloorWhenItEnds() {
        bench().append(NEWS, "1");
        bench().pass(Duration.ofSeconds(1));
        bench().append(NEWS, "2");
        bench().pass(TTL.minusSeconds(1));
        assertEquals(1, pageFloor(0), "a reader is told even before it is swept");
        bench().expire();
        assertEquals(1, bench().floor(NEWS));
        assertEquals(1, pageFloor(0));
        bench().assertTotals(NEWS);
    }

    @Test
    default void anOwnTimeToLiveDoesNotRaiseTheFloor() {
        bench().append(NEWS, "1", Duration.ofSeconds(10));
        bench().append(NEWS, "2");
        bench().pass(Duration.ofSeconds(10));
        assertEquals(0, pageFloor(0));
        bench().expire();
        assertEquals(0, bench().floor(NEWS));
        assertEquals(0, pageFloor(0));
        assertEquals(List.of(2L), bench().offsets(NEWS));
        bench().assertTotals(NEWS);
    }

    @Test
    default void droppedBeforeItsOwnTimeAMessageRaisesTheFloor() {
        bench().append(NEWS, "1", Duration.ofSeconds(10));
        bench().append(NEWS, "2", Duration.ofSeconds(10));
        bench().trim(NEWS, 1);
        assertEquals(1, bench().floor(NEWS));
        bench().append(NEWS, "3", "4", "5", "6");
        assertEquals(2, bench().floor(NEWS));
    }

    @Test
    default void droppedAfterItsOwnTimeAMessageDoesNotRaiseTheFloor() {
        bench().append(NEWS, "1", Duration.ofSeconds(10));
        bench().append(NEWS, "2", "3", "4");
        bench().append(ALICE, "5", Duration.ofSeconds(10));
        bench().append(ALICE, "6");
        bench().pass(Duration.ofSeconds(10));
        bench().append(NEWS, "7");
        assertEquals(0, bench().floor(NEWS), "by space");
        bench().trim(ALICE, 5);
        assertEquals(0, bench().floor(ALICE), "by trimming");
        bench().assertTotals(NEWS, ALICE);
    }

    @Test
    default void anOldMessageThatOutlivesYoungerOnesIsStillRead() {
        bench().append(NEWS, "1", TTL.multipliedBy(3));
        bench().append(NEWS, "2");
        bench().pass(TTL);
        for (int sweep = 0; sweep < 2; sweep++) {
            Page page = bench().page(NEWS, 0, ALL, ALL);
            assertEquals(List.of(1L), Bench.offsets(page));
            assertEquals(2, page.floor());
            bench().expire();
        }
        bench().pass(TTL.multipliedBy(2));
        bench().expire();
        assertEquals(2, bench().floor(NEWS), "the floor never sinks");
    }

    @Test
    default void aPageTellsOfEveryExpiredMessageBeforeItsEnd() {
        bench().append(NEWS, "1");
        bench().append(NEWS, "2", TTL.multipliedBy(2));
        bench().append(NEWS, "3");
        bench().append(NEWS, "4", TTL.multipliedBy(2));
        bench().pass(TTL);
        Page first = bench().page(NEWS, 0, 1, ALL);
        assertEquals(List.of(2L), Bench.offsets(first));
        assertTrue(first.floor() >= 1);
        Page second = bench().page(NEWS, first.end(), 1, ALL);
        assertEquals(List.of(4L), Bench.offsets(second));
        assertEquals(3, second.floor());
    }

    @Test
    default void aMissingQueueHasTheFloorOfTheLastRemovedOfItsKind() {
        bench().append(NEWS, "1", "2");
        bench().append(ALICE, "3");
        bench().remove(NEWS);
        assertEquals(new Store.Size(0, 0, 2), bench().store().size(NEWS));
        assertEquals(new Page(List.of(), Long.MAX_VALUE, 2), bench().page(NEWS, 0, ALL, ALL));
        assertEquals(2, bench().floor(SPORT));
        assertEquals(0, bench().floor(ALICE));
        assertEquals(0, bench().floor(BOB));
        bench().remove(ALICE);
        assertEquals(2, bench().floor(SPORT));
        assertTrue(bench().floor(ALICE) >= 3);
        assertEquals(bench().floor(ALICE), bench().floor(BOB));
    }

    @Test
    default void aQueueMadeAnewBeginsWithThatFloor() {
        bench().append(NEWS, "1", "2");
        bench().remove(NEWS);
        bench().append(NEWS, "3");
        assertEquals(new Store.Size(1, 1, 2), bench().store().size(NEWS));
        assertEquals(2, pageFloor(0));
        bench().append(ALICE, "4");
        bench().remove(ALICE);
        bench().append(ALICE, "5");
        assertTrue(bench().floor(ALICE) >= 4);
        assertEquals(List.of(5L), bench().offsets(ALICE));
        bench().assertTotals(NEWS, ALICE);
    }

    @Test
    default void aRemovedQueueThatHadDroppedAllKeepsItsFloor() {
        bench().append(NEWS, "1", "2");
        bench().trim(NEWS, 2);
        bench().remove(NEWS);
        assertEquals(2, bench().floor(NEWS));
    }

    @Test
    default void removingAnOlderQueueDoesNotLowerTheFloor() {
        bench().append(NEWS, "1");
        bench().append(SPORT, "2");
        bench().remove(SPORT);
        bench().remove(NEWS);
        assertEquals(2, bench().floor(SPORT));
        assertTrue(bench().floor(NEWS) >= 1);
    }

    @Test
    default void aPageAndItsFloorBelongTogetherWhilePublishersDropTheOldest() throws Exception {
        bench().append(NEWS, "0");
        Thread publisher = new Thread(() -> {
            for (int i = 0; i < 2000; i++) {
                bench().append(NEWS, "x");
            }
        });
        publisher.start();
        List<String> wrong = new ArrayList<>();
        do {
            Page page = bench().page(NEWS, 0, ALL, ALL);
            List<Message> kept = page.messages();
            if (!kept.isEmpty() && kept.get(0).offset() != page.floor() + 1) {
                wrong.add(kept + " with floor " + page.floor());
            }
        } while (publisher.isAlive());
        publisher.join();
        assertEquals(List.of(), wrong);
        assertEquals(2001, bench().store().last());
    }
}
