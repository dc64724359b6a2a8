// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The wheel of deadlines, turned by hand. */
final class WheelTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long TICK = 50 * MILLI;
    private static final long TURN = 512 * TICK;

    /** Far from zero and near the overflow: only differences mean something. */
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 3 * TICK);

    private final Wheel wheel = new Wheel(nanos::get, Runnable::run);

    /** A timer that counts how often it expires. */
    private static final class Counting extends Wheel.Timer {
        final AtomicInteger expired = new AtomicInteger();

        @Override
        protected void expire() {
            expired.incrementAndGet();
        }

        int times() {
            return expired.get();
        }
    }

    private void pass(long duration) {
        nanos.addAndGet(duration);
        wheel.advance();
    }

    @Test
    void aTimerExpiresNeverEarlyAndAtMostATickLate() {
        for (long delay :
                new long[] {0, 1, TICK - 1, TICK, TICK + 1, 3 * TICK, TURN - 1, TURN, TURN + 1, 4 * TURN + 7}) {
            for (long into : new long[] {0, 1, TICK / 2, TICK - 1}) {
                pass(into);
                Counting timer = new Counting();
                wheel.schedule(timer, delay);
                if (delay > 0) {
                    pass(delay - 1);
                    assertEquals(0, timer.times(), "early: " + delay);
                    pass(1);
                }
                pass(TICK);
                assertEquals(1, timer.times(), "late: " + delay);
            }
        }
    }

    @Test
    void aTimerExpiresOnceHoweverOftenTheWheelTurns() {
        Counting timer = new Counting();
        wheel.schedule(timer, TICK);
        for (int i = 0; i < 2000; i++) {
            pass(TICK);
        }
        assertEquals(1, timer.times());
    }

    @Test
    void aPastDeadlineExpiresAtTheNextTick() {
        Counting timer = new Counting();
        wheel.schedule(timer, -TURN);
        pass(TICK);
        assertEquals(1, timer.times());
    }

    @Test
    void aCancelledTimerNeverExpires() {
        Counting timer = new Counting();
        wheel.schedule(timer, 5 * TICK);
        assertTrue(wheel.cancel(timer));
        assertFalse(wheel.cancel(timer));
        pass(2 * TURN);
        assertEquals(0, timer.times());
    }

    @Test
    void cancellingDisturbsNobodyInTheSameBucket() {
        List<Counting> timers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            timers.add(new Counting());
            wheel.schedule(timers.get(i), 5 * TICK);
        }
        wheel.cancel(timers.get(0));
        wheel.cancel(timers.get(2));
        wheel.cancel(timers.get(4));
        pass(7 * TICK);
        assertEquals(
                List.of(0, 1, 0, 1, 0), timers.stream().map(Counting::times).toList());
    }

    @Test
    void aTimerThatIsNotSetCannotBeCancelled() {
        Counting timer = new Counting();
        assertFalse(wheel.cancel(timer));
        wheel.schedule(timer, TICK);
        pass(3 * TICK);
        assertFalse(wheel.cancel(timer));
    }

    @Test
    void aTimerCanBeSetAgain() {
        Counting timer = new Counting();
        wheel.schedule(timer, TICK);
        pass(3 * TICK);
        wheel.schedule(timer, 10 * TICK);
        pass(9 * TICK);
        assertEquals(1, timer.times());
        assertTrue(wheel.cancel(timer));
        wheel.schedule(timer, 2 * TICK);
        pass(3 * TICK);
        assertEquals(2, timer.times());
    }

    @Test
    void aTimerCanBeSetAgainByItsOwnExpiry() {
        AtomicInteger times = new AtomicInteger();
        Wheel.Timer repeating = new Wheel.Timer() {
            @Override
            protected void expire() {
                if (times.incrementAndGet() < 3) {
                    wheel.schedule(this, TICK);
                }
            }
        };
        wheel.schedule(repeating, TICK);
        for (int i = 0; i < 20; i++) {
            pass(TICK);
        }
        assertEquals(3, times.get());
    }

    @Test
    void aTimerThatIsSetCannotBeSetTwice() {
        Counting timer = new Counting();
        wheel.schedule(timer, TICK);
        assertThrows(IllegalStateException.class, () -> wheel.schedule(timer, TICK));
        pass(3 * TICK);
        assertEquals(1, timer.times());
    }

    @Test
    void deadlinesInOneBucketWaitForTheirOwnTurn() {
        List<Counting> timers = new ArrayList<>();
        for (int turn = 0; turn < 4; turn++) {
            timers.add(new Counting());
            wheel.schedule(timers.get(turn), turn * TURN + TICK);
        }
        pass(2 * TICK);
        for (int turn = 0; turn < 4; turn++) {
            assertEquals(turn + 1, timers.stream().mapToInt(Counting::times).sum());
            pass(TURN);
        }
    }

    @Test
    void aClockThatJumpsByHoursLetsAllThatIsDueExpireAndNothingElse() {
        List<Counting> due = new ArrayList<>();
        for (int minute = 0; minute < 300; minute++) {
            due.add(new Counting());
            wheel.schedule(due.get(minute), Duration.ofMinutes(minute).toNanos());
        }
        Counting later = new Counting();
        wheel.schedule(later, Duration.ofHours(6).toNanos());
        pass(Duration.ofHours(5).toNanos());
        assertTrue(due.stream().allMatch(timer -> timer.times() == 1));
        assertEquals(0, later.times());
        pass(Duration.ofHours(1).toNanos() + TICK);
        assertEquals(1, later.times());
    }

    @Test
    void manyThatAreDueTogetherAllExpire() {
        List<Counting> timers = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            timers.add(new Counting());
            wheel.schedule(timers.get(i), TICK);
        }
        pass(2 * TICK);
        assertTrue(timers.stream().allMatch(timer -> timer.times() == 1));
    }

    @Test
    void startedItTurnsByItself() {
        try (Wheel turning = new Wheel(System::nanoTime, Runnable::run)) {
            turning.start();
            Counting timer = new Counting();
            turning.schedule(timer, 2 * TICK);
            await().atMost(Duration.ofSeconds(10)).until(() -> timer.times() == 1);
        }
    }

    @Test
    void timerThatFailsTakesNoneAlongThatExpireWithIt() {
        Wheel.Timer failing = new Wheel.Timer() {
            @Override
            protected void expire() {
                throw new OutOfMemoryError("an answer is too large");
            }
        };
        Counting timer = new Counting();
        wheel.schedule(failing, TICK);
        wheel.schedule(timer, TICK);
        pass(2 * TICK);
        assertEquals(1, timer.times());
    }

    @Test
    void faultOfTheExecutorDoesNotStopIt() {
        AtomicBoolean faulty = new AtomicBoolean(true);
        Executor executor = task -> {
            if (faulty.getAndSet(false)) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            task.run();
        };
        try (Wheel turning = new Wheel(System::nanoTime, executor)) {
            turning.start();
            turning.schedule(new Counting(), 10 * TICK);
            await().atMost(Duration.ofSeconds(10)).until(() -> !faulty.get());
            Counting timer = new Counting();
            turning.schedule(timer, 0);
            await().atMost(Duration.ofSeconds(10)).until(() -> timer.times() == 1);
        }
    }

    @Test
    void underStressEachSettingExpiresOnceOrWasCancelled() throws Exception {
        long seed = System.nanoTime();
        System.out.println("WheelTest seed " + seed);
        int workers = 3;
        ExecutorService threads = Executors.newFixedThreadPool(workers + 1);
        AtomicBoolean done = new AtomicBoolean();
        try {
            List<Future<List<Setting>>> running = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                Random random = new Random(seed + i);
                running.add(threads.submit(() -> scheduleAndCancel(random)));
            }
            Random random = new Random(seed - 1);
            Future<?> clock = threads.submit(() -> {
                while (!done.get()) {
                    pass(random.nextLong(TICK));
                }
            });
            List<Setting> settings = new ArrayList<>();
            for (Future<List<Setting>> worker : running) {
                settings.addAll(worker.get(60, TimeUnit.SECONDS));
            }
            done.set(true);
            clock.get(60, TimeUnit.SECONDS);
            pass(2 * TURN + TICK);
            for (Setting setting : settings) {
                assertEquals(setting.cancelled() ? 0 : 1, setting.timer().times(), setting::toString);
            }
            assertTrue(settings.stream().anyMatch(Setting::cancelled));
            assertFalse(settings.stream().allMatch(Setting::cancelled));
        } finally {
            threads.shutdownNow();
        }
    }

    private record Setting(Counting timer, boolean cancelled) {}

    /** Sets many timers, and tries to cancel half of them sooner or later. */
    private List<Setting> scheduleAndCancel(Random random) {
        List<Setting> settings = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            Counting timer = new Counting();
            wheel.schedule(timer, random.nextInt(10) == 0 ? TURN + random.nextLong(TURN) : random.nextLong(4 * TICK));
            for (int spins = random.nextInt(200); spins > 0; spins--) {
                Thread.onSpinWait();
            }
            settings.add(new Setting(timer, random.nextBoolean() && wheel.cancel(timer)));
        }
        return settings;
    }
}
