// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the one timer of a read tells, and when. */
class LastingReadTest {
    private static final Limits LIMITS = new Limits(
            10, 1000, 10, 1000, 100, 1 << 20, 10, 10, 2, Duration.ofDays(7), Duration.ofHours(1), Duration.ofHours(1));
    private static final Duration LONG = Duration.ofNanos(Reader.LONG_NANOS);
    /** More than a tick of the wheel. */
    private static final Duration LATE = Duration.ofMillis(60);

    private final ManualClocks clocks = new ManualClocks();
    private final Wheel wheel = new Wheel(clocks::nanos, Runnable::run);
    private final Exchange exchange = Exchanges.inMemory(LIMITS, clocks, wheel, Runnable::run);
    private final List<String> told = new ArrayList<>();
    private Reader reader;

    private void read(Duration wait) {
        read(wait, new Told());
    }

    private void read(Duration wait, Outlet outlet) {
        Portion portion = new Portion(1, 1, Message::bytes);
        Reading.Start start = new Reading.Start.Handed();
        exchange.read(new Reading(QueueName.mailbox("ann"), List.of(), start, portion, wait.toNanos()), outlet);
    }

    private void pass(Duration time) {
        clocks.advance(time);
        wheel.advance();
    }

    @Test
    void tellsOnceThatItLastsAndEndsAtItsDeadline() {
        read(Duration.ofSeconds(10));
        pass(LONG.minusMillis(1));
        assertEquals(List.of(), told);
        pass(LATE);
        assertEquals(List.of("lasts"), told);
        pass(Duration.ofSeconds(7));
        assertEquals(List.of("lasts"), told);
        pass(Duration.ofSeconds(1).plus(LATE));
        assertEquals(List.of("lasts", "wait"), told);
    }

    @Test
    void saysNothingBeforeADeadlineThatIsNear() {
        read(Duration.ofSeconds(1));
        pass(Duration.ofSeconds(1).plus(LATE));
        assertEquals(List.of("wait"), told);
        pass(LONG);
        assertEquals(List.of("wait"), told);
    }

    @Test
    void saysNothingWhenItHasItsMessageBefore() {
        read(Duration.ofSeconds(10));
        exchange.publish(QueueName.mailbox("ann"), List.of(Draft.text(new byte[] {'a'})), null);
        assertEquals(List.of("message"), told);
        pass(Duration.ofSeconds(20));
        assertEquals(List.of("message"), told);
    }

    @Test
    void endsOnceWhenItIsEndedWhileItTellsThatItLasts() {
        Outlet leaves = new Told() {
            @Override
            public void lasts() {
                super.lasts();
                reader.end(End.GONE);
            }
        };
        read(Duration.ofSeconds(10), leaves);
        pass(LONG.plus(LATE));
        assertEquals(List.of("lasts", "gone"), told);
        pass(Duration.ofSeconds(20));
        assertEquals(List.of("lasts", "gone"), told);
    }

    private class Told implements Unrefused {
        @Override
        public void began(Reader made) {
            reader = made;
        }

        @Override
        public void lasts() {
            told.add("lasts");
        }

        @Override
        public void answer(Batch batch) {
            told.add(batch.end() == null ? "message" : batch.end().word());
        }
    }
}
