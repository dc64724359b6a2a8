// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.store.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Who is online, held against a simple model, and raced on real threads. */
final class PresenceTest {
    private static final int SCHEDULES = 1000;
    private static final int STEPS = 60;
    private static final Duration LINGER = Duration.ofSeconds(10);
    private static final long TICK_NANOS = MILLISECONDS.toNanos(50);
    private static final List<String> NAMES = List.of("ann", "bob", "_own");
    private static final int MANY = 1_000_000;
    private static final Limits LIMITS = new Limits(
            MANY,
            Long.MAX_VALUE / 4,
            MANY,
            Long.MAX_VALUE / 4,
            MANY,
            Long.MAX_VALUE / 4,
            100,
            10,
            2,
            Duration.ofDays(7),
            Duration.ofHours(1),
            Duration.ofHours(1));

    @Test
    void everyScheduleAgreesWithTheModel() {
        Long given = Long.getLong("perch.seed");
        long base = given != null ? given : new SplittableRandom().nextLong();
        System.out.println("PresenceTest: base seed " + base);
        for (int i = 0; i < (given != null ? 1 : SCHEDULES); i++) {
            Course course = new Course(base + i);
            try {
                course.run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(e.getMessage() + " with -Dperch.seed=" + (base + i), e);
            }
        }
    }

    /** One course of events on clocks that stand still until they are moved. */
    private static final class Course {
        private final SplittableRandom random;
        private final ManualClocks clocks = new ManualClocks();
        private final ManualExecutor executor;
        private final Wheel wheel;
        private final MemoryStore store = new MemoryStore(LIMITS, clocks.clocks(), "e1");
        private final Exchange exchange;
        private final List<Read> reads = new ArrayList<>();

        Course(long seed) {
            random = new SplittableRandom(seed);
            executor = new ManualExecutor(random);
            wheel = new Wheel(clocks::nanos, executor);
            Presence.Settings settings = new Presence.Settings(true, LINGER);
            exchange = new Exchange(store, LIMITS, settings, clocks.clocks(), wheel, executor);
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                int dice = random.nextInt(10);
                String name = NAMES.get(random.nextInt(NAMES.size()));
                if (dice < 3) {
                    reads.add(new Read(name, clocks));
                    exchange.read(reading(name, random.nextInt(4) * 4000), reads.get(reads.size() - 1));
                } else if (dice < 5 && !reads.isEmpty()) {
                    reads.get(random.nextInt(reads.size())).reader.end(End.GONE);
                } else if (dice < 8) {
                    clocks.advance(Duration.ofMillis(random.nextInt(2) == 0 ? 300 : random.nextInt(12_000)));
                    wheel.advance();
                } else if (dice == 8) {
                    exchange.remove(QueueName.mailbox(name));
                    reads.removeIf(read -> read.mailbox.equals(name));
                } else if (!executor.isDry()) {
                    executor.runOne();
                }
                if (random.nextInt(3) == 0) {
                    settle();
                    NAMES.forEach(this::check);
                }
            }
            clocks.advance(Duration.ofMinutes(5));
            settle();
            clocks.advance(Duration.ofMinutes(5));
            settle();
            NAMES.forEach(this::check);
            Map<String, String> last = told(store);
            assertFalse(last.containsValue("online"), () -> "still online: " + last);
        }

        private void settle() {
            wheel.advance();
            while (!executor.isDry()) {
                executor.runOne();
            }
        }

        private void check(String name) {
            QueueName queue = QueueName.mailbox(name);
            Status.OfMailbox status = exchange.status(queue)
                    .map(found -> (Status.OfMailbox) found)
                    .orElse(null);
            String told = told(store).get(name);
            assertFalse(name.startsWith("_") && told != null, "a reserved mailbox is told of");
            if (status != null && !name.startsWith("_")) {
                assertEquals(status.online(), "online".equals(told), name + " is told to be " + told);
            }
            List<Read> all =
                    reads.stream().filter(read -> read.mailbox.equals(name)).toList();
            if (status == null || all.isEmpty()) {
                assertFalse("online".equals(told), name + " is gone");
                return;
            }
            boolean open = all.stream().anyMatch(read -> read.endNanos < 0);
            long left = clocks.nanos()
                    - all.stream().mapToLong(read -> read.endNanos).max().orElseThrow();
            if (open || left < LINGER.toNanos()) {
                assertTrue(status.online(), name + " is read, or was just now");
            } else if (left > LINGER.toNanos() + TICK_NANOS) {
                assertFalse(status.online(), name + " was last read long ago");
            }
            assertTrue(status.sinceMillis() <= clocks.millis());
        }
    }

    @Test
    void onRealThreadsOnlineAndOfflineTakeTurnsAndTheLastWordIsTrue() throws Exception {
        long seed = Long.getLong("perch.seed", new SplittableRandom().nextLong());
        System.out.println("PresenceTest: seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        Clocks clocks = Clocks.system();
        try (Wheel wheel = new Wheel(clocks.nanos(), pool);
                MemoryStore store = new MemoryStore(LIMITS, clocks, "e1")) {
            Presence.Settings settings = new Presence.Settings(true, Duration.ofMillis(60));
            Exchange exchange = new Exchange(store, LIMITS, settings, clocks, wheel, pool);
            wheel.start();
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                SplittableRandom own = random.split();
                work.add(pool.submit(() -> disturb(exchange, own)));
            }
            for (Future<?> each : work) {
                each.get(30, SECONDS);
            }
            for (String name : NAMES) {
                await().atMost(10, SECONDS).until(() -> exchange.status(QueueName.mailbox(name))
                        .map(status -> !((Status.OfMailbox) status).online())
                        .orElse(true));
            }
            await().atMost(10, SECONDS).until(() -> !told(store).containsValue("online"));
            assertTrue(store.size(QueueName.PRESENCE).messages() > 4, "something was told");
        } finally {
            pool.shutdownNow();
        }
    }

    private static void disturb(Exchange exchange, SplittableRandom random) {
        long end = System.nanoTime() + SECONDS.toNanos(1);
        while (System.nanoTime() - end < 0) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            if (random.nextInt(50) == 0) {
                exchange.remove(QueueName.mailbox(name));
            } else {
                exchange.read(reading(name, random.nextInt(80)), new Read(name, new ManualClocks()));
            }
            LockSupport.parkNanos(random.nextInt(5_000_000));
        }
    }

    private static Reading reading(String mailbox, int waitMillis) {
        Portion portion = new Portion(1, 1, Message::bytes);
        QueueName queue = QueueName.mailbox(mailbox);
        return new Reading(queue, List.of(), new Reading.Start.Now(), portion, MILLISECONDS.toNanos(waitMillis));
    }

    /** The last word on each mailbox; of every one there is online and offline in turn. */
    private static Map<String, String> told(Store store) {
        Map<String, String> last = new HashMap<>();
        Page page = store.read(QueueName.PRESENCE, 0, MANY, Long.MAX_VALUE)
                .toCompletableFuture()
                .join();
        for (Message message : page.messages()) {
            String[] words = new String(message.body(), StandardCharsets.UTF_8).split("\"", -1);
            String before = last.put(words[3], words[7]);
            String due = "online".equals(before) ? "offline" : "online";
            assertEquals(due, words[7], "after " + before + " of " + words[3]);
        }
        return last;
    }

    private static final class Read implements Unrefused {
        private final String mailbox;
        private final ManualClocks clocks;
        private Reader reader;
        private long endNanos = -1;

        Read(String mailbox, ManualClocks clocks) {
            this.mailbox = mailbox;
            this.clocks = clocks;
        }

        @Override
        public void began(Reader made) {
            reader = made;
        }

        @Override
        public void answer(Batch batch) {
            endNanos = clocks.nanos();
        }
    }
}
