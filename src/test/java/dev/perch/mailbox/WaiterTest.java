// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The race to complete one read. */
final class WaiterTest {
    private static final int ROUNDS = 3000;
    private static final int THREADS = 4;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Waiter waiter = new Waiter();

    @AfterEach
    void stopTheThreads() {
        threads.shutdownNow();
    }

    @Test
    void itReadsFromTheBeginningAndMayDeliverOnce() {
        assertFalse(waiter.isParked());
        assertTrue(waiter.deliver());
        assertFalse(waiter.deliver());
    }

    @Test
    void aParkedOneIsWokenOnceAndThenReadsAgain() {
        assertTrue(waiter.park());
        assertTrue(waiter.isParked());
        assertTrue(waiter.wake());
        assertFalse(waiter.wake());
        assertFalse(waiter.isParked());
        assertTrue(waiter.park());
    }

    @Test
    void whileItReadsThereIsNobodyToWake() {
        assertFalse(waiter.wake());
    }

    @Test
    void aParkedOneMustBeWokenBeforeItDelivers() {
        waiter.park();
        assertFalse(waiter.deliver());
        waiter.wake();
        assertTrue(waiter.deliver());
    }

    @Test
    void itIsEndedOnceWhetherItReadsOrIsParked() {
        assertTrue(waiter.end());
        assertFalse(waiter.end());
        Waiter parked = new Waiter();
        parked.park();
        assertTrue(parked.end());
        assertFalse(parked.end());
    }

    @Test
    void onceOverNothingMovesIt() {
        waiter.end();
        assertFalse(waiter.park());
        assertFalse(waiter.wake());
        assertFalse(waiter.deliver());
        assertFalse(waiter.isParked());
    }

    @Test
    void ofManyWhoWakeItExactlyOneIsResponsible() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Waiter contested = new Waiter();
            contested.park();
            assertEquals(1, race(contested::wake, contested::wake, contested::wake, contested::wake));
        }
    }

    @Test
    void ofManyWhoCompleteItExactlyOneWins() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Waiter contested = new Waiter();
            Attempt reader = () -> readUntilOver(contested);
            Attempt waker = () -> contested.wake() && readUntilOver(contested);
            assertEquals(1, race(reader, waker, contested::end, contested::end));
        }
    }

    @Test
    void ofAReadThatParksAndAnEndExactlyOneWins() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Waiter contested = new Waiter();
            Attempt waker = () -> contested.wake() && contested.deliver();
            Attempt parker = () -> {
                contested.park();
                return false;
            };
            assertEquals(1, race(parker, waker, waker, contested::end));
        }
    }

    /** As a reader does: finds nothing and parks a few times, is woken by itself, and at last finds something. */
    private static boolean readUntilOver(Waiter waiter) {
        for (int i = 0; i < 3; i++) {
            if (!waiter.park() || !waiter.wake()) {
                return false;
            }
        }
        return waiter.deliver();
    }

    private interface Attempt {
        boolean wins();
    }

    /** How many of the attempts, made at the same time, won. */
    private int race(Attempt... attempts) throws Exception {
        CyclicBarrier together = new CyclicBarrier(attempts.length);
        List<Future<Boolean>> outcomes = new ArrayList<>();
        for (Attempt attempt : attempts) {
            outcomes.add(threads.submit(() -> {
                together.await(10, TimeUnit.SECONDS);
                return attempt.wins();
            }));
        }
        int winners = 0;
        for (Future<Boolean> outcome : outcomes) {
            winners += outcome.get(10, TimeUnit.SECONDS) ? 1 : 0;
        }
        return winners;
    }
}
