// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.store.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real threads, a real clock and a turning wheel: who publishes, reads and breaks off all at once. */
class ConcurrencyTest {
    private static final long ROUND_NANOS = SECONDS.toNanos(3);
    private static final long PACE_NANOS = 40_000;
    private static final int PUBLISHERS = 3;
    private static final QueueName ANN = QueueName.mailbox("ann");
    private static final QueueName BOB = QueueName.mailbox("bob");
    private static final QueueName NEWS = QueueName.topic("news");
    private static final List<QueueName> QUEUES = List.of(ANN, BOB, NEWS, QueueName.BROADCAST);
    private static final int MANY = 10_000_000;
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

    private record Published(QueueName queue, long offset, String except) {}

    private final Queue<Published> published = new ConcurrentLinkedQueue<>();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final ExecutorService pool = Executors.newFixedThreadPool(4);
    private final List<Thread> threads = new ArrayList<>();
    private Exchange exchange;
    private volatile boolean over;

    @AfterEach
    void stopThreads() {
        over = true;
        pool.shutdownNow();
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void nobodyLosesOrRepeatsAnything() throws InterruptedException {
        long seed = Long.getLong("perch.seed", new SplittableRandom().nextLong());
        System.out.println("ConcurrencyTest: seed " + seed);
        for (int round = 0; round < (Boolean.getBoolean("perch.long") ? 10 : 1); round++) {
            round(new SplittableRandom(seed + round));
        }
    }

    private void round(SplittableRandom random) throws InterruptedException {
        published.clear();
        over = false;
        Clocks clocks = Clocks.system();
        try (Wheel wheel = new Wheel(clocks.nanos(), pool);
                MemoryStore store = new MemoryStore(LIMITS, clocks, "e1")) {
            exchange = new Exchange(store, LIMITS, Presence.Settings.DEFAULT, clocks, wheel, pool);
            wheel.start();
            follow("ann");
            follow("bob");
            // A queue that is made after the removal of a topic counts as one that may have lost something.
            QUEUES.forEach(queue -> publish(queue, 1, null));
            Set<Long> shared = LoopingClient.shared();
            List<LoopingClient> walkers = walkers();
            List<LoopingClient> clients = new ArrayList<>(walkers);
            for (int i = 0; i < 3; i++) {
                clients.add(LoopingClient.bare("bare" + i, exchange, pool, ANN, shared, faults));
            }
            clients.forEach(LoopingClient::run);
            work(clients, random);
            await().atMost(30, SECONDS)
                    .until(() -> shared.size() >= expected(ANN).size() || !faults.isEmpty());
            for (LoopingClient walker : walkers) {
                int all = expected(walker.queue()).size();
                await().atMost(30, SECONDS).until(() -> walker.got().size() >= all || !faults.isEmpty());
            }
            clients.forEach(LoopingClient::stop);
            await().atMost(10, SECONDS).until(() -> clients.stream().allMatch(LoopingClient::isIdle));
            assertEquals(List.of(), List.copyOf(faults));
            assertEquals(expected(ANN), new TreeSet<>(shared), "what readers without a cursor got");
            for (LoopingClient walker : walkers) {
                assertEquals(
                        List.copyOf(expected(walker.queue())),
                        List.copyOf(walker.got()),
                        "what came to " + walker.name);
            }
            clients.forEach(client -> assertEquals(0, client.wrongCalls(), client.name));
            nobodyIsLeft();
        }
    }

    private void follow(String mailbox) {
        exchange.follow(mailbox, NEWS.name(), new Reading.Start.Oldest())
                .toCompletableFuture()
                .join();
    }

    private List<LoopingClient> walkers() {
        Cursor start = new Cursor("e1", 0, false);
        Cursor watch = new Cursor("e1", 0, true);
        return List.of(
                LoopingClient.walker("bob1", exchange, pool, BOB, start, 1, faults),
                LoopingClient.walker("bob2", exchange, pool, BOB, start, 7, faults),
                LoopingClient.walker("bob3", exchange, pool, BOB, start, 1000, faults),
                LoopingClient.walker("watcher of ann", exchange, pool, ANN, watch, 100, faults),
                LoopingClient.walker("watcher of bob", exchange, pool, BOB, watch, 100, faults),
                LoopingClient.walker("watcher of news", exchange, pool, NEWS, watch, 3, faults));
    }

    /** Publishes and disturbs for a while, each on a thread of its own. */
    private void work(List<LoopingClient> clients, SplittableRandom random) throws InterruptedException {
        threads.clear();
        for (int i = 0; i < PUBLISHERS; i++) {
            SplittableRandom own = random.split();
            start(() -> publish(own));
        }
        SplittableRandom own = random.split();
        start(() -> disturb(clients, own));
        SplittableRandom names = random.split();
        start(() -> makeTopics(names));
        start(() -> makeTopics(names.split()));
        long end = System.nanoTime() + ROUND_NANOS;
        while (System.nanoTime() - end < 0 && faults.isEmpty()) {
            exchange.sweep();
            LockSupport.parkNanos(ROUND_NANOS / 100);
        }
        over = true;
        for (Thread thread : threads) {
            thread.join(NANOSECONDS.toMillis(ROUND_NANOS));
            assertTrue(!thread.isAlive(), "a thread hangs");
        }
    }

    private void start(Runnable work) {
        Thread thread = new Thread(() -> {
            while (!over) {
                work.run();
                LockSupport.parkNanos(PACE_NANOS);
            }
        });
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void publish(SplittableRandom random) {
        QueueName queue = QUEUES.get(random.nextInt(QUEUES.size()));
        int dice = random.nextInt(10);
        String except = dice == 0 ? "ann" : dice == 1 ? "bob" : null;
        int count = random.nextInt(8) == 0 ? 1 + random.nextInt(5) : 1;
        publish(queue, count, except);
    }

    private void publish(QueueName queue, int count, String except) {
        Draft draft = new Draft("text/plain", new byte[8], null, null, except, null, 0);
        Publication outcome = exchange.publish(queue, Collections.nCopies(count, draft), null)
                .toCompletableFuture()
                .join();
        if (outcome instanceof Receipt receipt) {
            for (int i = 0; i < count; i++) {
                published.add(new Published(queue, receipt.id().offset() - i, except));
            }
        } else {
            faults.add("a publisher was refused: " + outcome);
        }
    }

    private static void disturb(List<LoopingClient> clients, SplittableRandom random) {
        clients.get(random.nextInt(clients.size())).breakOff();
    }

    /** Topics that come to be and go, by being read and published on at the same time. */
    private void makeTopics(SplittableRandom random) {
        QueueName topic = QueueName.topic("t" + random.nextInt(100));
        LoopingClient client = LoopingClient.walker(
                "reader of " + topic,
                exchange,
                pool,
                topic,
                new Cursor("e1", 0, true),
                100,
                new ConcurrentLinkedQueue<>());
        client.stop();
        client.run();
        exchange.publish(topic, List.of(Draft.text(new byte[1])), null);
        exchange.remove(topic);
    }

    private Set<Long> expected(QueueName reader) {
        Set<Long> offsets = new TreeSet<>();
        for (Published one : published) {
            boolean topic =
                    one.queue().equals(QueueName.BROADCAST) || one.queue().equals(NEWS);
            boolean inside = reader.isMailbox()
                    ? topic || one.queue().equals(reader)
                    : one.queue().equals(reader);
            if (inside && !(reader.isMailbox() && reader.name().equals(one.except()))) {
                offsets.add(one.offset());
            }
        }
        return offsets;
    }

    private void nobodyIsLeft() {
        await().atMost(10, SECONDS).until(() -> exchange.registry().topics().stream()
                .allMatch(topic -> topic.parked().isEmpty()));
        for (Mailbox mailbox : exchange.registry().mailboxes()) {
            assertEquals(List.of(), mailbox.parked(), "left on " + mailbox.name());
        }
    }
}
