// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.perch.TestServer;
import java.io.File;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many real connections that poll while others publish, cut at random moments. Each reader goes on from its last whole
 * answer; in the end it must have had everything, once and in order. {@code -Dperch.long=true} makes it a minute.
 */
@Tag("alone")
final class SoakIT {
    private static final boolean LONG = Boolean.getBoolean("perch.long");
    private static final int READERS = LONG ? 2000 : 300;
    private static final Duration TIME = Duration.ofSeconds(LONG ? 60 : 5);
    /** In milliseconds, at most: sooner, many connections would need more files than there are. */
    private static final int CUT_WITHIN = LONG ? 4000 : 400;

    private static final int PUBLISHERS = 8;
    /** How many messages each of them publishes at least, however slow the machine is. */
    private static final int LEAST = 2 * READERS / PUBLISHERS;

    private static final int STACK = 256 * 1024;

    private final long seed = Long.getLong("perch.seed", System.nanoTime());
    private final List<Queue<String>> published = new ArrayList<>();
    private final List<List<String>> read = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean publishing = true;
    private TestServer server;

    @Test
    void withACursorNothingIsLostAndNothingComesTwice() throws Exception {
        System.out.println("SoakIT: -Dperch.seed=" + seed);
        server = TestServer.start("--mailbox-messages=100000", "--mailbox-bytes=100000000");
        try (TestServer closed = server) {
            TestClient client = new TestClient(closed);
            client.poll("health/ready").assertStatus(200);
            long files = openFiles();
            long threads = threads();
            soak();
            await().atMost(Duration.ofSeconds(20)).until(() -> closed.openPolls() == 0);
            compare();
            await().atMost(Duration.ofSeconds(20)).until(() -> openFiles() <= files + 20);
            await().atMost(Duration.ofSeconds(20)).until(() -> threads() <= threads + 5);
            client.poll("health/ready").assertStatus(200);
        }
    }

    private void soak() throws InterruptedException {
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            published.add(new ConcurrentLinkedQueue<>());
            read.add(new ArrayList<>());
        }
        for (int i = 0; i < READERS; i++) {
            int number = i;
            readers.add(thread("reader-" + i, () -> readAll(number, new Random(seed + number))));
        }
        List<Thread> publishers = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            int number = i;
            publishers.add(thread("publisher-" + i, () -> publish(number, new Random(seed - 1 - number))));
        }
        for (Thread publisher : publishers) {
            publisher.join();
        }
        publishing = false;
        for (Thread reader : readers) {
            reader.join();
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private Thread thread(String name, Task task) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (IOException | RuntimeException | AssertionError e) {
                failures.add(e);
            }
        };
        Thread thread = new Thread(null, guarded, name, STACK);
        thread.start();
        return thread;
    }

    private void publish(int publisher, Random random) throws IOException {
        long end = System.nanoTime() + TIME.toNanos();
        try (RawClient raw = RawClient.connect(server)) {
            for (int i = 0; i < LEAST || System.nanoTime() < end; i++) {
                int mailbox = random.nextInt(READERS);
                String text = publisher + "." + i;
                raw.post("/mailbox/m" + mailbox, "text/plain", text.getBytes(StandardCharsets.US_ASCII));
                raw.receive().assertStatus(201);
                published.get(mailbox).add(text);
            }
        }
    }

    private void readAll(int number, Random random) throws IOException {
        String cursor = "start";
        boolean more = true;
        while (more) {
            boolean last = !publishing;
            try (RawClient raw = RawClient.connect(server)) {
                boolean cut = false;
                while (!cut && publishing) {
                    raw.patience(1 + random.nextInt(CUT_WITHIN)).request("GET", poll(number, cursor, 20));
                    cursor = take(number, raw.receive());
                    cut = random.nextInt(10) == 0;
                }
                if (last) {
                    Reply reply = raw.patience(20_000)
                            .request("GET", poll(number, cursor, 0))
                            .receive();
                    cursor = take(number, reply);
                    more = !reply.messages().isEmpty();
                } else if (random.nextBoolean()) {
                    raw.reset();
                }
            } catch (SocketTimeoutException e) {
                more = true; // the connection was cut while the poll was parked
            }
        }
    }

    private static String poll(int number, String cursor, int wait) {
        return "/mailbox/m" + number + "?wait=" + wait + "&after=" + cursor;
    }

    private String take(int number, Reply reply) {
        reply.assertStatus(200);
        assertNull(reply.gap());
        for (JsonObject message : reply.messages()) {
            read.get(number).add(message.get("data").getAsString());
        }
        return reply.cursor();
    }

    private void compare() {
        assertEquals(List.of(), List.copyOf(failures));
        int total = 0;
        for (int i = 0; i < READERS; i++) {
            for (int publisher = 0; publisher < PUBLISHERS; publisher++) {
                String prefix = publisher + ".";
                int number = i;
                assertEquals(
                        published.get(i).stream()
                                .filter(text -> text.startsWith(prefix))
                                .toList(),
                        read.get(i).stream()
                                .filter(text -> text.startsWith(prefix))
                                .toList(),
                        () -> "mailbox m" + number + ", publisher " + prefix + " seed " + seed);
            }
            total += published.get(i).size();
        }
        assertTrue(total > READERS, "messages: " + total);
        System.out.println("SoakIT: " + total + " messages to " + READERS + " readers");
    }

    /** Threads that are not the server's pool, which shrinks slowly and has a bound of its own. */
    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().startsWith("qtp"))
                .count();
    }

    private static long openFiles() {
        String[] files = new File("/proc/self/fd").list();
        return files == null ? 0 : files.length;
    }
}
