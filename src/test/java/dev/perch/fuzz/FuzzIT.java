// SPDX-License-Identifier: Apache-2.0
package dev.perch.fuzz;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.perch.ChildServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Malformed requests, frames and cursors, {@value #COUNT} of them or, with {@code -Dperch.long=true}, ten times as
 * many. None makes a fault of the server, none leaves a connection, a thread, a file or memory behind, and they do not
 * fill the log. {@code -Dperch.seed=N} repeats a run.
 */
final class FuzzIT {
    private static final long COUNT = 100_000;
    private static final boolean LONG = Boolean.getBoolean("perch.long");
    private static final int CLIENTS = 32;
    private static final Duration SOON = Duration.ofSeconds(60);
    /** What the store may hold, so that it is full in the middle and stays so. */
    private static final String[] SMALL = {
        "--memory",
        "--store-messages=500",
        "--store-bytes=2097152",
        "--mailboxes=200",
        "--body=16384",
        "--mailbox-bytes=16384",
        "--topic-bytes=16384",
        "--monitor"
    };
    /** How much more the heap may hold in the end than in the middle, in bytes. */
    private static final long SLACK = 3L << 20;
    /** How long the log may get, which has no line for what clients do wrong. */
    private static final int LOG_LINES = 50;

    @Test
    void nothingThatIsMalformedLeavesATrace() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "there is no /proc");
        long seed = Long.getLong("perch.seed", System.nanoTime());
        System.out.println("FuzzIT seed " + seed);
        try (ChildServer server = ChildServer.start(SMALL)) {
            // One for all, so that its connection is there when the files are first counted.
            HttpClient client = HttpClient.newHttpClient();
            long count = LONG ? 10 * COUNT : COUNT;
            serves(server, client);
            int files = files(server);
            send(server, seed, count / 2);
            serves(server, client);
            await("files").atMost(SOON).until(() -> files(server) <= files + 2);
            List<String> threads = threads(server);
            long heap = heap(server);
            send(server, ~seed, count - count / 2);
            serves(server, client);
            await("files").atMost(SOON).until(() -> files(server) <= files + 2);
            assertEquals(threads, threads(server), "threads besides the pool's");
            long more = heap(server) - heap;
            assertTrue(more < SLACK, () -> "the heap holds " + more + " bytes more, seed " + seed);
            List<String> logged = server.logged().lines().toList();
            assertTrue(logged.size() <= LOG_LINES, () -> logged.size() + " lines: " + logged.subList(0, LOG_LINES));
            assertTrue(logged.stream().noneMatch(line -> line.contains(" ERROR ")), logged::toString);
            System.out.println("FuzzIT heap " + heap + " then " + more + " more; log lines " + logged.size());
        }
    }

    private static void send(ChildServer server, long seed, long count) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(CLIENTS);
        AtomicLong sent = new AtomicLong();
        AtomicLong connections = new AtomicLong();
        try {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(pool.submit(() -> {
                    while (sent.get() < count) {
                        long own = seed + connections.incrementAndGet();
                        sent.addAndGet(new Attempt(server.uri(), own).run());
                    }
                    return null;
                }));
            }
            for (Future<?> client : clients) {
                client.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** It does what it is there for. */
    private static void serves(ChildServer server, HttpClient client) throws Exception {
        await("room for a message").atMost(SOON).until(() -> publishes(server, client));
        HttpRequest poll = HttpRequest.newBuilder(server.uri().resolve("/mailbox/a?wait=20"))
                .build();
        String answer = client.send(poll, BodyHandlers.ofString()).body();
        assertTrue(answer.contains("\"data\":\"honest\""), answer);
        String metrics = client.send(
                        HttpRequest.newBuilder(server.uri().resolve("/metrics")).build(), BodyHandlers.ofString())
                .body();
        assertTrue(!metrics.contains("reason=\"internal\""), metrics);
        await("reads that wait").atMost(SOON).until(() -> client.send(
                        HttpRequest.newBuilder(server.uri().resolve("/metrics")).build(), BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith("perch_polls_parked{"))
                .allMatch(line -> line.endsWith(" 0.0")));
    }

    /** The store is full, so the boxes make room, but what was sent last may take that before it is over. */
    private static boolean publishes(ChildServer server, HttpClient client) throws Exception {
        for (String box : List.of("/mailbox/a", "/mailbox/b", "/topic/t")) {
            HttpRequest delete =
                    HttpRequest.newBuilder(server.uri().resolve(box)).DELETE().build();
            client.send(delete, BodyHandlers.discarding());
        }
        HttpRequest publish = HttpRequest.newBuilder(server.uri().resolve("/mailbox/a"))
                .POST(BodyPublishers.ofString("honest"))
                .build();
        return client.send(publish, BodyHandlers.ofString()).statusCode() == 201;
    }

    private static int files(ChildServer server) throws Exception {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            return (int) files.count();
        }
    }

    /** The names of the threads but for the pool's, which has as many as it likes, and the virtual machine's own. */
    private static List<String> threads(ChildServer server) throws Exception {
        return jcmd(server, "Thread.print")
                .lines()
                .filter(line -> line.startsWith("\"") && line.contains("#"))
                .map(line -> line.substring(1, line.indexOf('"', 1)))
                .filter(name ->
                        !name.startsWith("qtp") && !name.contains("CompilerThread") && !name.startsWith("Attach"))
                .sorted()
                .toList();
    }

    /** What is on the heap after a collection, in bytes. */
    private static long heap(ChildServer server) throws Exception {
        String[] lines = jcmd(server, "GC.class_histogram").strip().split("\n", -1);
        return Long.parseLong(lines[lines.length - 1].strip().split("\\s+", -1)[2]);
    }

    private static String jcmd(ChildServer server, String command) throws Exception {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(server.pid()),
                        command)
                .redirectErrorStream(true)
                .start();
        String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, jcmd.waitFor(), said);
        return said;
    }
}
