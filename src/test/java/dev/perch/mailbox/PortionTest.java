// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What one answer holds, and which messages are put into their form to find that out. */
final class PortionTest {
    private static final QueueName ANN = QueueName.mailbox("ann");
    private static final int BODY = 1000;
    /** Much more than the words and the form of a message with such a body can be. */
    private static final int PLENTY = 100 * BODY;

    private static final Limits LIMITS = new Limits(
            10,
            PLENTY,
            10,
            PLENTY,
            100,
            1 << 20,
            10,
            10,
            2,
            Duration.ofDays(7),
            Duration.ofHours(1),
            Duration.ofHours(1));

    private final ManualClocks clocks = new ManualClocks();
    private final Exchange exchange =
            Exchanges.inMemory(LIMITS, clocks, new Wheel(clocks::nanos, Runnable::run), Runnable::run);
    private final List<Message> weighed = new ArrayList<>();

    private void publish(QueueName queue, int messages) throws InterruptedException, ExecutionException {
        for (int i = 0; i < messages; i++) {
            exchange.publish(queue, List.of(Draft.text(new byte[BODY])), null)
                    .toCompletableFuture()
                    .get();
        }
    }

    /** Reads all that there is for Ann, and says how much one answer held. */
    private int read(int limit, long bytes) {
        Portion portion = new Portion(limit, bytes, message -> {
            weighed.add(message);
            return message.bytes();
        });
        List<Batch> answered = new ArrayList<>();
        exchange.read(new Reading(ANN, List.of(), new Reading.Start.Oldest(), portion, 1), (Answered) answered::add);
        assertEquals(1, answered.size());
        return answered.get(0).messages().size();
    }

    private interface Answered extends Unrefused {
        @Override
        default void began(Reader reader) {}
    }

    @Test
    void whatSurelyFitsIsNotWeighed() throws InterruptedException, ExecutionException {
        publish(ANN, 3);
        assertEquals(3, read(10, PLENTY));
        assertEquals(List.of(), weighed);
    }

    @Test
    void aLoneMessageIsHandedOutHoweverLargeAndNotWeighed() throws InterruptedException, ExecutionException {
        publish(ANN, 1);
        assertEquals(1, read(10, 1));
        assertEquals(List.of(), weighed);
    }

    @Test
    void anAnswerTakesNoMoreThanItsBytes() throws InterruptedException, ExecutionException {
        publish(ANN, 3);
        assertEquals(2, read(10, 2 * BODY));
    }

    @Test
    void theLimitCountsForAllQueuesTogether() throws InterruptedException, ExecutionException {
        publish(ANN, 3);
        publish(QueueName.BROADCAST, 3);
        assertEquals(4, read(4, PLENTY));
        assertEquals(6, read(6, PLENTY));
        assertEquals(List.of(), weighed);
    }
}
