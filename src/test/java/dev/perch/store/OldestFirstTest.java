// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.QueueName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Lists that lose their oldest elements, with all that is kept in them. */
final class OldestFirstTest {
    private static final int STEPS = 10_000;
    private static final int MANY = 1000;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @Test
    void slipsAreTheSameAsInAnyOtherList() {
        List<Slip> expected = new ArrayList<>();
        List<Slip> actual = new Slips();
        play(
                expected,
                actual,
                i -> new Slip(random.nextLong(), random.nextInt() >>> 1, random.nextLong(), random.nextBoolean()));
        expected.removeIf(Slip::ownTtl);
        actual.removeIf(Slip::ownTtl);
        assertEquals(expected, actual, "seed " + seed);
    }

    @Test
    void messagesAreTheSameAsInAnyOtherList() {
        play(new ArrayList<>(), new Messages(), OldestFirstTest::message);
    }

    @Test
    void whatHasGoneIsNotKept() {
        Traced traced = new Traced();
        play(new ArrayList<>(), traced, Integer::valueOf);
        assertEquals(
                traced.size(),
                Arrays.stream(traced.values).filter(Objects::nonNull).count(),
                "seed " + seed);
    }

    @Test
    void aFullListMovesNoElementMoreThanTwiceOnAverage() {
        Traced traced = new Traced();
        for (int i = 0; i < MANY; i++) {
            traced.add(i);
        }
        traced.moved = 0;
        for (int i = 0; i < STEPS; i++) {
            traced.subList(0, 1).clear();
            traced.add(MANY + i);
        }
        assertTrue(traced.moved <= 2L * STEPS, "moved " + traced.moved);
        assertTrue(traced.values.length <= 3 * MANY, "places " + traced.values.length);
        assertEquals(STEPS, traced.get(0));
    }

    @Test
    void whatWasRemovedIsNotThere() {
        List<Slip> slips = new Slips();
        slips.add(new Slip(1, 2, 3, true));
        slips.remove(0);
        assertThrows(IndexOutOfBoundsException.class, () -> slips.get(0));
    }

    /** Does the same to both, at random. */
    private <T> void play(List<T> expected, List<T> actual, IntFunction<T> next) {
        for (int i = 0; i < STEPS; i++) {
            int size = expected.size();
            switch (size == 0 ? 3 : random.nextInt(6)) {
                case 0 -> {
                    int index = random.nextInt(size);
                    assertEquals(expected.remove(index), actual.remove(index), "seed " + seed);
                }
                case 1 -> {
                    int oldest = random.nextInt(Math.min(size, 4));
                    expected.subList(0, oldest).clear();
                    actual.subList(0, oldest).clear();
                }
                case 2 -> {
                    Set<Integer> chosen = Set.of(random.nextInt(8), 8 + random.nextInt(8));
                    assertEquals(
                            expected.removeIf(element -> chosen.contains(element.hashCode() & 63)),
                            actual.removeIf(element -> chosen.contains(element.hashCode() & 63)),
                            "seed " + seed);
                }
                default -> {
                    T element = next.apply(i);
                    expected.add(element);
                    actual.add(element);
                }
            }
            assertEquals(expected.size(), actual.size());
        }
        assertEquals(expected, actual, "seed " + seed);
    }

    private static Message message(int offset) {
        return new Message(QueueName.mailbox("alice"), "e1", offset, 0, 1, Draft.text(new byte[0]), new LongAdder());
    }

    /** Numbers, and what became of their places. */
    private static final class Traced extends OldestFirst<Integer> {
        private Integer[] values = new Integer[1];
        private long moved;

        @Override
        public Integer get(int index) {
            return values[place(index)];
        }

        @Override
        public boolean add(Integer value) {
            int place = placeForNext();
            values[place] = value;
            return true;
        }

        @Override
        int places() {
            return values.length;
        }

        @Override
        void provide(int places) {
            values = Arrays.copyOf(values, places);
        }

        @Override
        void move(int from, int to, int count) {
            System.arraycopy(values, from, values, to, count);
            moved += count;
        }

        @Override
        void forget(int from, int to) {
            Arrays.fill(values, from, to, null);
        }
    }
}
