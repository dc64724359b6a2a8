// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.ChildServer;
import dev.perch.http.RawClient;
import dev.perch.http.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Publishers and readers whose server is killed again and again, at random moments, under load. Half of the mailboxes
 * are read all the time; the others not before the last restart, since a reader who has had a message hides its loss.
 * {@code -Dperch.long=true} makes it 200 rounds.
 */
final class KillIT {
    private static final boolean LONG = Boolean.getBoolean("perch.long");
    private static final int ROUNDS = LONG ? 200 : 5;
    private static final int MAX_LOAD_MILLIS = LONG ? 1500 : 500;
    private static final int PUBLISHERS = 8;
    private static final int READERS = 200;
    private static final int FOLLOWERS = 40;
    /** So many of each publisher's messages are acknowledged in a round, however slow the machine is. */
    private static final int LEAST = 3 * READERS / ROUNDS / PUBLISHERS + 1;

    private static final int TOPICS = 10;

    /** Few, so that mailboxes that are read are full of what has been read, and drop it. */
    private static final int MAILBOX_MESSAGES = LONG ? 400 : 80;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration RESTART = Duration.ofSeconds(5);

    private final long seed = Long.getLong("perch.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Whereabouts server = new Whereabouts();
    private final List<Publisher> publishers = new ArrayList<>();
    private final List<Poller> pollers = new ArrayList<>();
    private final List<Inbox> live = inboxes("live-");
    private final List<Inbox> unread = inboxes("unread-");
    private final List<Thread> threads = new ArrayList<>();
    private volatile int round;
    private Duration slowest = Duration.ZERO;
    private ChildServer child;

    @TempDir
    Path directory;

    @AfterEach
    void endTheServer() {
        publishers.forEach(Publisher::stop);
        if (child != null) {
            child.close();
        }
    }

    @Test
    void whatIsAcknowledgedOutlivesTheProcess() throws Exception {
        System.out.println("KillIT: -Dperch.seed=" + seed);
        restart();
        follow();
        begin();
        for (int i = 1; i <= ROUNDS; i++) {
            round = i;
            load();
            server.down();
            child.kill();
            if (random.nextInt(8) == 0) {
                dieYoung();
            }
            restart();
        }
        end();
        compare();
    }

    private static List<Inbox> inboxes(String prefix) {
        List<Inbox> inboxes = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            inboxes.add(new Inbox(prefix + i, PUBLISHERS));
        }
        return inboxes;
    }

    private ChildServer launch() throws IOException {
        return ChildServer.launch("--data=" + directory.resolve("data"), "--mailbox-messages=" + MAILBOX_MESSAGES);
    }

    private void restart() throws IOException {
        if (child != null) {
            child.close();
        }
        child = launch();
        child.awaitServing();
        slowest = slowest.compareTo(child.startup()) < 0 ? child.startup() : slowest;
        server.up(child.uri());
    }

    /** A start that is cut short as well. */
    private void dieYoung() throws IOException {
        try (ChildServer young = launch()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(1000)));
            young.kill();
        }
    }

    private void follow() throws IOException {
        try (RawClient raw = RawClient.connect(child)) {
            for (int i = 0; i < FOLLOWERS; i++) {
                raw.request("PUT", "/mailbox/" + live.get(i).mailbox() + "/topic/" + topic(i))
                        .receive()
                        .assertStatus(200);
            }
        }
    }

    private static String topic(int reader) {
        return "t" + reader % TOPICS;
    }

    private void begin() {
        for (Inbox inbox : live) {
            Poller poller = new Poller(inbox, server);
            pollers.add(poller);
            poller.poll();
        }
        for (int i = 0; i < PUBLISHERS; i++) {
            Publisher publisher = new Publisher(i, server, targets(new Random(seed + 1 + i)));
            publishers.add(publisher);
            Thread thread = new Thread(publisher, "publisher-" + i);
            threads.add(thread);
            thread.start();
        }
    }

    /** Where one publisher sends: anywhere, but to mailboxes that nobody reads only as much as they hold. */
    private Supplier<String> targets(Random choice) {
        int[] sent = new int[READERS];
        int most = MAILBOX_MESSAGES / PUBLISHERS;
        return () -> {
            int any = choice.nextInt(READERS);
            if (choice.nextInt(30) == 0) {
                return "topic/" + topic(any);
            }
            if (choice.nextBoolean() && sent[any] < most * round / ROUNDS) {
                sent[any]++;
                return "mailbox/" + unread.get(any).mailbox();
            }
            return "mailbox/" + live.get(any).mailbox();
        };
    }

    /** Lets the load run: until everybody has published enough on this server, and a random time longer. */
    private void load() {
        int[] counts = publishers.stream().mapToInt(Publisher::count).toArray();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> {
            for (int i = 0; i < PUBLISHERS; i++) {
                if (publishers.get(i).failure() == null && publishers.get(i).count() < counts[i] + LEAST) {
                    return false;
                }
            }
            return true;
        });
        for (Publisher publisher : publishers) {
            if (publisher.failure() != null) {
                throw new AssertionError("round " + round + ", seed " + seed, publisher.failure());
            }
        }
        for (Poller poller : pollers) {
            if (poller.failed()) {
                poller.stop().join();
            }
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(MAX_LOAD_MILLIS)));
    }

    private void end() throws Exception {
        publishers.forEach(Publisher::stop);
        for (Thread thread : threads) {
            thread.join(PATIENCE.toMillis());
        }
        CompletableFuture.allOf(pollers.stream().map(Poller::stop).toArray(CompletableFuture[]::new))
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        try (RawClient raw = RawClient.connect(child)) {
            for (int i = 0; i < READERS; i++) {
                live.get(i).readToTheEnd(raw);
                unread.get(i).readToTheEnd(raw);
            }
            Reply ready = raw.request("GET", "/health/ready").receive();
            ready.assertStatus(200);
        }
    }

    private void compare() {
        for (Publisher publisher : publishers) {
            assertEquals(null, publisher.failure(), "seed " + seed);
        }
        int late = 0;
        for (int i = 0; i < READERS; i++) {
            String followed = i < FOLLOWERS ? "topic/" + topic(i) : "none";
            compare(live.get(i), "mailbox/" + live.get(i).mailbox(), followed);
            late += compare(unread.get(i), "mailbox/" + unread.get(i).mailbox());
        }
        int sent = publishers.stream().mapToInt(Publisher::count).sum();
        int unanswered = publishers.stream().mapToInt(Publisher::unanswered).sum();
        int refused = publishers.stream().mapToInt(Publisher::refused).sum();
        System.out.println("KillIT: " + ROUNDS + " rounds, " + sent + " messages acknowledged, " + late
                + " of them read at the end only, " + unanswered + " requests without an answer, " + refused
                + " refused since their mailbox was full, slowest start " + slowest.toMillis() + " ms");
        assertTrue(late > READERS && unanswered >= ROUNDS, "there was too little load to prove anything");
        assertTrue(slowest.compareTo(RESTART) < 0, () -> "a start kept a processor busy for " + slowest);
    }

    /** That the reader has had what was acknowledged to these targets: all of it, once, in order. */
    private int compare(Inbox inbox, String... targets) {
        int total = 0;
        for (int i = 0; i < PUBLISHERS; i++) {
            List<Integer> sent = publishers.get(i).acknowledged().stream()
                    .filter(each -> Stream.of(targets).anyMatch(each.target()::equals))
                    .map(each -> each.text().number())
                    .toList();
            int publisher = i;
            assertEquals(sent, inbox.from(i), () -> inbox.mailbox() + " from " + publisher + ", seed " + seed);
            total += sent.size();
        }
        return total;
    }
}
