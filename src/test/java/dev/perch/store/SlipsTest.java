// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SlipsTest {
    private static final int STEPS = 10_000;

    @Test
    void theyAreTheSameAsInAnyOtherList() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<Slip> expected = new ArrayList<>();
        List<Slip> actual = new Slips();
        for (int i = 0; i < STEPS; i++) {
            int size = expected.size();
            switch (size == 0 ? 2 : random.nextInt(5)) {
                case 0 -> {
                    int index = random.nextInt(size);
                    assertEquals(expected.remove(index), actual.remove(index), "seed " + seed);
                }
                case 1 -> {
                    int oldest = random.nextInt(Math.min(size, 4));
                    expected.subList(0, oldest).clear();
                    actual.subList(0, oldest).clear();
                }
                default -> {
                    Slip slip = new Slip(
                            random.nextLong(), random.nextInt() >>> 1, random.nextLong(), random.nextBoolean());
                    expected.add(slip);
                    actual.add(slip);
                }
            }
            assertEquals(expected.size(), actual.size());
        }
        assertEquals(expected, actual, "seed " + seed);
        expected.removeIf(Slip::ownTtl);
        actual.removeIf(Slip::ownTtl);
        assertEquals(expected, actual, "seed " + seed);
    }

    @Test
    void whatWasRemovedIsNotThere() {
        List<Slip> slips = new Slips();
        slips.add(new Slip(1, 2, 3, true));
        slips.remove(0);
        assertThrows(IndexOutOfBoundsException.class, () -> slips.get(0));
    }
}
