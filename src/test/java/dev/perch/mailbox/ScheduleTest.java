// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Runs many random schedules against the model, each on one thread. One that fails is printed with its seed;
 * {@code -Dperch.seed=…} runs that one again.
 */
class ScheduleTest {
    private static final long SCHEDULES = Boolean.getBoolean("perch.long") ? 200_000 : 20_000;

    @Test
    void everyScheduleKeepsThePromisesOfTheModel() {
        Long seed = Long.getLong("perch.seed");
        if (seed != null) {
            run(seed);
            return;
        }
        long base = new SplittableRandom().nextLong();
        System.out.println("ScheduleTest: base seed " + base);
        long start = System.nanoTime();
        LongStream.range(base, base + SCHEDULES).parallel().forEach(ScheduleTest::run);
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        System.out.println("ScheduleTest: " + SCHEDULES * 1000 / millis + " schedules a second");
    }

    private static void run(long seed) {
        Schedule schedule = new Schedule(seed);
        try {
            schedule.run();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(e.getMessage() + "\nwith -Dperch.seed=" + seed + "\n" + schedule, e);
        }
    }
}
