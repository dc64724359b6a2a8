// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RateTest {
    private static final long KEY = new SplittableRandom(1).nextLong();
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private long now = Long.MAX_VALUE - SECOND;
    private final Rate rate = new Rate(10, SECOND, 2, () -> now);

    private int takenBy(long key) {
        int taken = 0;
        while (rate.take(key, 1) == 0) {
            taken++;
        }
        return taken;
    }

    @Test
    void aFullBucketLastsForTheBurstAndThenForTheRate() {
        assertEquals(20, takenBy(KEY));
        assertEquals(SECOND / 10, rate.take(KEY, 1));
        now += SECOND / 2;
        assertEquals(5, takenBy(KEY));
        now += 100 * SECOND;
        assertEquals(20, takenBy(KEY));
    }

    @Test
    void moreThanThereIsIsTakenAndOwed() {
        assertEquals(0, rate.take(KEY, 120));
        assertEquals(100 * SECOND / 10 + SECOND / 10, rate.take(KEY, 1));
        rate.owe(KEY, 10);
        assertEquals(110 * SECOND / 10 + SECOND / 10, rate.take(KEY, 1));
    }

    @Test
    void neitherDebtsAreForgottenNorOthersRefusedWhenThousandsOweAsMuch() {
        SplittableRandom keys = new SplittableRandom(2);
        assertEquals(20, takenBy(KEY));
        int refused = 0;
        for (int i = 0; i < 5000; i++) {
            refused += takenBy(keys.nextLong()) < 20 ? 1 : 0;
        }
        assertTrue(rate.take(KEY, 1) > 0);
        // A fifth of the places of both tables are taken in the end, so it is a good hundredth of them on average.
        assertTrue(refused < 150, "refused " + refused);
    }
}
