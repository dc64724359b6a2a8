// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Who gives way to whom when a read without a cursor is slow to park. */
class ParkTest {
    private static final Limits LIMITS = new Limits(
            10, 1000, 10, 1000, 100, 1 << 20, 10, 10, 2, Duration.ofDays(7), Duration.ofHours(1), Duration.ofHours(1));

    private final ManualClocks clocks = new ManualClocks();
    private final ManualExecutor executor = new ManualExecutor(new SplittableRandom(1));
    private final Exchange exchange = Exchanges.inMemory(LIMITS, clocks, new Wheel(clocks::nanos, executor), executor);
    private final Reader parked = read();
    private final Mailbox mailbox = exchange.registry().mailbox("ann");

    private Reader read() {
        Call call = new Call();
        exchange.read(bare(), call);
        return call.reader;
    }

    private Reader unparked() {
        return new Reader(exchange, mailbox, bare(), new Call());
    }

    private static Reading bare() {
        Portion portion = new Portion(1, 1, Message::bytes);
        return new Reading(QueueName.mailbox("ann"), List.of(), new Reading.Start.Handed(), portion, 1L << 40);
    }

    @Test
    void aReadThatIsOverSupersedesNobody() {
        Reader late = unparked();
        late.end(End.GONE);

        assertEquals(List.of(), mailbox.park(late, 2));
        assertEquals(List.of(parked), mailbox.parked());
        assertTrue(parked.waiter().isParked());
    }

    @Test
    void theOneThatBeganLaterSupersedesTheParkedOne() {
        clocks.advance(Duration.ofMillis(1));
        Reader later = unparked();

        assertEquals(List.of(parked), mailbox.park(later, 2));
        assertEquals(List.of(later), mailbox.parked());
    }

    @Test
    void theOneThatBeganEarlierGivesWayToTheParkedOne() {
        Reader slow = unparked();
        clocks.advance(Duration.ofMillis(1));
        Reader quick = read();

        assertEquals(List.of(slow), mailbox.park(slow, 2));
        assertEquals(List.of(quick), mailbox.parked());
        assertTrue(quick.waiter().isParked());
    }

    private static final class Call implements Unrefused {
        private Reader reader;

        @Override
        public void began(Reader made) {
            reader = made;
        }

        @Override
        public void answer(Batch batch) {
            assertTrue(batch.messages().isEmpty());
        }
    }
}
