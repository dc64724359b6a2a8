// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.store.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Publishers that wait for an acknowledgement or a reply. */
final class ExpectationTest {
    private static final QueueName ANN = QueueName.mailbox("ann");
    private static final Limits LIMITS = new Limits(
            10_000,
            Long.MAX_VALUE / 4,
            10,
            1000,
            1_000_000,
            Long.MAX_VALUE / 4,
            10,
            10,
            2,
            Duration.ofDays(7),
            Duration.ofHours(1),
            Duration.ofHours(1));

    private final ExecutorService pool = Executors.newFixedThreadPool(4);
    private final ManualClocks clocks = new ManualClocks();
    private final Wheel wheel = new Wheel(clocks::nanos, Runnable::run);
    private final Exchange exchange = Exchanges.inMemory(LIMITS, clocks, wheel, Runnable::run);

    @AfterEach
    void stopThreads() {
        pool.shutdownNow();
    }

    private long publish() {
        return publish(exchange);
    }

    private static long publish(Exchange to) {
        Publication publication = to.publish(ANN, List.of(Draft.text(new byte[1])), null)
                .toCompletableFuture()
                .join();
        return ((Receipt) publication).id().offset();
    }

    private static Cursor at(long offset) {
        return new Cursor("e1", offset, false);
    }

    private Expectation<Long> expect(long offset) {
        return exchange.acknowledged("ann", at(offset), SECONDS.toNanos(10));
    }

    private static <T> Expectation.Outcome<T> outcome(Expectation<T> expectation) {
        return expectation.outcome().toCompletableFuture().getNow(null);
    }

    private void acknowledge(long offset) {
        acknowledge(exchange, offset);
    }

    private static void acknowledge(Exchange at, long offset) {
        Mailbox mailbox = at.registry().mailbox("ann");
        if (mailbox != null) {
            mailbox.acknowledge(offset, 0);
        }
    }

    @Test
    void anAcknowledgementMeetsAllThatItReaches() {
        Expectation<Long> one = expect(publish());
        long second = publish();
        Expectation<Long> two = expect(second);
        Expectation<Long> again = expect(second);
        Expectation<Long> three = expect(publish());
        acknowledge(second);
        assertNull(outcome(one).end());
        assertNull(outcome(two).end());
        assertNull(outcome(again).end());
        assertFalse(three.isOver());
        assertNull(outcome(expect(second)).end(), "what is acknowledged already");
    }

    @Test
    void theDeadlineEndsItAndTheRemovalOfTheMailboxDoes() {
        Expectation<Long> late = expect(publish());
        clocks.advance(Duration.ofSeconds(9));
        wheel.advance();
        assertFalse(late.isOver());
        clocks.advance(Duration.ofMillis(1100));
        wheel.advance();
        assertEquals(End.WAIT, outcome(late).end());
        Expectation<Long> removed = expect(publish());
        exchange.remove(ANN);
        assertEquals(End.DELETED, outcome(removed).end());
        assertEquals(End.DELETED, outcome(expect(1)).end(), "there is no such mailbox");
    }

    @Test
    void anAskIsRepliedToOnceAndNotAfterItsEnd() {
        Ask ask = exchange.ask();
        assertTrue(Ask.isId(ask.id()), ask::id);
        assertNotEquals(ask.id(), exchange.ask().id());
        Draft reply = Draft.text(new byte[1]);
        assertFalse(exchange.reply("AAAAAAAAAAAAAAAAAAAAAA", reply));
        assertTrue(exchange.reply(ask.id(), reply));
        assertFalse(exchange.reply(ask.id(), reply));
        assertEquals(reply, outcome(ask.reply()).met());
        Ask late = exchange.ask();
        late.reply().within(SECONDS.toNanos(1));
        clocks.advance(Duration.ofSeconds(2));
        wheel.advance();
        assertEquals(End.WAIT, outcome(late.reply()).end());
        assertFalse(exchange.reply(late.id(), reply));
    }

    @Test
    void asksThatAreOverAreForgotten() {
        Asks asks = new Asks(wheel, Runnable::run);
        List<Ask> open = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            open.add(asks.open());
        }
        asks.reply(open.get(0).id(), Draft.text(new byte[1]));
        open.get(1).reply().end(End.GONE);
        open.get(2).reply().within(0);
        assertEquals(0, asks.size());
    }

    @Test
    void onRealThreadsEveryPublisherIsAnsweredOnceAndTruly() throws Exception {
        long seed = Long.getLong("perch.seed", new SplittableRandom().nextLong());
        System.out.println("ExpectationTest: seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Clocks system = Clocks.system();
        try (Wheel turning = new Wheel(system.nanos(), pool);
                MemoryStore store = new MemoryStore(LIMITS, system, "e1")) {
            Exchange raced = new Exchange(store, LIMITS, Presence.Settings.DEFAULT, system, turning, pool);
            turning.start();
            AtomicLong acked = new AtomicLong();
            AtomicInteger open = new AtomicInteger();
            Queue<String> faults = new ConcurrentLinkedQueue<>();
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                SplittableRandom own = random.split();
                work.add(pool.submit(() -> publishAndWait(raced, own, acked, open, faults)));
            }
            SplittableRandom reader = random.split();
            work.add(pool.submit(() -> {
                for (int i = 0; i < 20_000; i++) {
                    long offset = store.last() - reader.nextInt(3);
                    acked.accumulateAndGet(offset, Math::max);
                    acknowledge(raced, offset);
                    if (reader.nextInt(2000) == 0) {
                        raced.remove(ANN);
                    }
                }
            }));
            for (Future<?> each : work) {
                each.get(60, SECONDS);
            }
            await().atMost(10, SECONDS).until(() -> open.get() == 0);
            assertEquals(List.of(), List.copyOf(faults));
            Mailbox mailbox = raced.registry().mailbox("ann");
            assertEquals(List.of(), mailbox == null ? List.of() : mailbox.expected(), "left waiting");
        }
    }

    private static void publishAndWait(
            Exchange raced, SplittableRandom random, AtomicLong acked, AtomicInteger open, Queue<String> faults) {
        for (int i = 0; i < 3000; i++) {
            long offset = publish(raced);
            open.incrementAndGet();
            AtomicInteger told = new AtomicInteger();
            Expectation<Long> expectation = raced.acknowledged("ann", at(offset), random.nextInt(200_000_000));
            expectation.outcome().thenAccept(outcome -> {
                open.decrementAndGet();
                if (told.incrementAndGet() > 1) {
                    faults.add(offset + " was told twice");
                }
                if (outcome.end() == null && acked.get() < offset) {
                    faults.add(offset + " was never acknowledged");
                }
            });
            if (random.nextInt(10) == 0) {
                expectation.end(End.GONE);
            }
        }
    }
}
