// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Readers that are woken by one message. */
final class WakeTest {
    private static final QueueName NEWS = QueueName.topic("news");
    private static final Limits LIMITS = new Limits(
            10, 1000, 10, 1000, 100, 1 << 20, 10, 10, 2, Duration.ofDays(7), Duration.ofHours(1), Duration.ofHours(1));

    /** Two messages are more than may come, unless they turn out to be light. */
    private static final Portion UNWEIGHABLE = new Portion(2, 600, message -> {
        throw new OutOfMemoryError("too large");
    });

    private final ManualClocks clocks = new ManualClocks();
    private final Exchange exchange =
            Exchanges.inMemory(LIMITS, clocks, new Wheel(clocks::nanos, Runnable::run), Runnable::run);
    private final List<Batch> answered = new ArrayList<>();
    private final List<Throwable> causes = new ArrayList<>();

    private void read(Unrefused outlet) {
        Portion portion = new Portion(1, 1, Message::bytes);
        exchange.read(new Reading(NEWS, List.of(), new Reading.Start.Now(), portion, 1L << 40), outlet);
    }

    private interface Answered extends Unrefused {
        @Override
        default void began(Reader reader) {}
    }

    @Test
    void aReaderWhoseAnswerFailsTakesNeitherOthersNorThePublisherAlong()
            throws InterruptedException, ExecutionException {
        for (int i = 0; i < 3; i++) {
            read((Answered) answered::add);
            read((Answered) batch -> {
                throw new OutOfMemoryError("too large");
            });
        }
        Draft draft = Draft.text("x".getBytes(StandardCharsets.UTF_8));
        Publication publication = exchange.publish(NEWS, List.of(draft), null)
                .toCompletableFuture()
                .get();
        assertEquals(6, ((Receipt) publication).woken());
        assertEquals(3, answered.size());
    }

    @Test
    void aReaderThatCannotLookIsToldSoAndCountsForNothingAnyMore() {
        Outlet outlet = new Failing(causes);
        Reading.Start start = new Reading.Start.Now();
        exchange.read(new Reading(NEWS, List.of(), start, UNWEIGHABLE, 1L << 40), outlet);
        Draft draft = Draft.text("x".getBytes(StandardCharsets.UTF_8));
        exchange.publish(NEWS, List.of(draft, draft), null);
        assertEquals(1, causes.size());
        assertEquals(0, ((Status.OfTopic) exchange.status(NEWS).orElseThrow()).parked());
        start = new Reading.Start.Oldest();
        exchange.read(new Reading(NEWS, List.of(), start, UNWEIGHABLE, 1L << 40), outlet);
        assertEquals(2, causes.size());
    }

    private record Failing(List<Throwable> causes) implements Answered {
        @Override
        public void answer(Batch batch) {
            throw new AssertionError(batch);
        }

        @Override
        public void broken(Throwable cause) {
            causes.add(cause);
        }
    }
}
