// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import dev.perch.mailbox.Clocks;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How streams stay alive, what they cost, and how they end. */
final class StreamLifeIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final long MIB = 1024 * 1024;

    /** A steady clock that can be moved on. */
    private final AtomicLong ahead = new AtomicLong();

    private final Clocks clocks = new Clocks(InstantSource.system(), () -> System.nanoTime() + ahead.get());

    private void pass(int seconds) {
        ahead.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    private static StreamClient events(TestServer server, String target) throws IOException {
        StreamClient events = StreamClient.events(server, target);
        assertTrue(events.block().startsWith("retry: "));
        return events;
    }

    @Test
    void aCommentAndAnEmptyLineShowThatAStreamIsAlive() throws IOException {
        try (TestServer server = TestServer.start(clocks);
                StreamClient events = events(server, "/mailbox/a");
                StreamClient lines = StreamClient.open(server, "/mailbox/a?format=ndjson")) {
            TestClient client = new TestClient(server);
            for (int i = 0; i < 3; i++) {
                client.awaitParked("mailbox/a", 2);
                pass(15);
                assertEquals(":\n", events.block());
                assertEquals("", lines.line());
            }
            client.publish("broadcast?except=a", "hidden");
            String block = ":\n";
            for (int i = 0; i < 2 && block.equals(":\n"); i++) {
                client.awaitParked("mailbox/a", 2);
                pass(15);
                block = events.block();
            }
            assertTrue(block.matches(":\nid: \\w+\\.1\n"), block);
        }
    }

    @Test
    void whenItsLifeIsOverAStreamEndsAndItsClientComesBackSoon() throws IOException {
        try (TestServer server = TestServer.start(clocks, "--stream-life=60");
                StreamClient events = events(server, "/topic/t");
                StreamClient lines = StreamClient.open(server, "/topic/t?format=ndjson")) {
            new TestClient(server).awaitParked("topic/t", 2);
            pass(50);
            assertEquals(":\n", events.block());
            new TestClient(server).awaitParked("topic/t", 2);
            pass(11);
            String end = events.block();
            assertTrue(end.matches(": wait\nid: \\S+-w\nretry: [2-7]\\d\\d\n"), end);
            assertNull(events.block());
            assertEquals("", lines.line());
            assertTrue(lines.line().matches("\\{\"cursor\":\"\\S+-w\",\"ended\":\"wait\"}"));
            assertNull(lines.line());
            await().atMost(SOON).until(() -> server.openStreams() == 0);
        }
    }

    @Test
    void theDrainEndsStreamsAndRefusesNewOnesSoThatTheyComeBack() throws Exception {
        try (TestServer server = TestServer.start()) {
            List<StreamClient> open = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                open.add(events(server, "/topic/t"));
            }
            TestClient client = new TestClient(server);
            client.awaitParked("topic/t", 10);
            try (RawClient late = RawClient.connect(server)) {
                late.request("GET", "/health/live").receive();
                CompletableFuture<Void> drained = CompletableFuture.runAsync(server::drain);
                await().atMost(SOON).until(() -> server.openStreams() < 10);
                Reply refused = late.request("GET", "/topic/t", "Accept: text/event-stream")
                        .receive()
                        .assertStatus(200);
                assertTrue(refused.text().matches(": draining\nretry: \\d{4}\n\n"), refused::text);
                for (StreamClient each : open) {
                    String end = each.block();
                    assertTrue(end.matches(": drain\nid: \\S+\nretry: \\d{4}\n"), end);
                    assertNull(each.block());
                    each.close();
                }
                drained.get(10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void whereThereAreTooManyAnEventSourceIsToldToComeBack() throws IOException {
        try (TestServer server = TestServer.start("--parked=1", "--mailboxes=1");
                StreamClient first = events(server, "/mailbox/a");
                StreamClient second = StreamClient.events(server, "/mailbox/a")) {
            assertEquals(200, second.status());
            assertEquals("text/event-stream;charset=utf-8", second.header("Content-Type"));
            String refusal = second.block();
            assertTrue(refusal.matches(": too-many-polls\nretry: \\d{4}\n"), refusal);
            assertNull(second.block());
            new TestClient(server).poll("mailbox/a?wait=0").assertProblem(503, "too-many-polls");
            first.leave();
            await().atMost(SOON).until(() -> server.openStreams() == 0);
            try (StreamClient third = StreamClient.events(server, "/mailbox/b")) {
                assertTrue(third.block().matches(": too-many-mailboxes\nretry: [3-9]\\d{4}\n"));
            }
        }
    }

    @Test
    void aReaderThatNeverReadsCostsItsSocketAndIsClosedAfterAWhile() throws IOException {
        try (TestServer server = TestServer.start(clocks)) {
            TestClient client = new TestClient(server);
            byte[] body = "x".repeat(200_000).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 20; i++) {
                client.publish("topic/t", "text/plain", body).assertStatus(201);
            }
            long before = memory();
            try (RawClient stuck = RawClient.connect(server.uri(), 4096);
                    StreamClient reading = events(server, "/topic/small")) {
                stuck.request("GET", "/topic/t", "Accept: text/event-stream");
                client.awaitParked("topic/t", 1);
                for (int i = 0; i < 500; i++) {
                    client.publish("topic/t", "text/plain", body).assertStatus(201);
                    if (i % 100 == 0) {
                        client.publish("topic/small", "m" + i).assertStatus(201);
                        assertTrue(reading.event().endsWith("\ndata: m" + i + "\n"));
                    }
                }
                long grown = memory() - before;
                assertTrue(grown < 8 * MIB, () -> "grown by " + grown / 1024 + " KiB");
                assertEquals(2, server.openStreams());
                for (int i = 0; i < 3; i++) {
                    client.awaitParked("topic/small", 1);
                    pass(15);
                    assertTrue(reading.block().startsWith(":\n"));
                }
                await().atMost(SOON).until(() -> server.openStreams() == 1);
                client.publish("topic/small", "still").assertStatus(201);
                assertTrue(reading.event().endsWith("\ndata: still\n"));
            }
        }
    }

    @Test
    void overHttp2AStuckReaderIsClosedAndTheOthersOnItsConnectionGoOn() throws Exception {
        try (TestServer server = TestServer.start(clocks);
                Http2Client http2 = new Http2Client(server)) {
            TestClient client = new TestClient(server);
            InputStream stuck = http2.events("topic/t");
            InputStream reading = http2.events("topic/small");
            client.awaitParked("topic/t", 1);
            for (int i = 0; i < 120; i++) {
                client.publish("topic/t", "x".repeat(200_000)).assertStatus(201);
            }
            pass(31);
            await().atMost(SOON).until(() -> server.openStreams() == 1);
            client.publish("topic/small", "still").assertStatus(201);
            StringBuilder seen = new StringBuilder();
            while (seen.indexOf("data: still\n") < 0) {
                seen.append((char) reading.read());
            }
            reading.close();
            await().atMost(SOON).until(() -> server.openStreams() == 0);
            stuck.close();
        }
    }

    @Test
    void anIdleStreamKeepsNoBuffers() throws IOException {
        int count = 2000;
        try (TestServer server = TestServer.start()) {
            TestClient client = new TestClient(server);
            List<StreamClient> open = new ArrayList<>();
            try {
                for (int i = 0; i < 100; i++) {
                    open.add(events(server, "/topic/t"));
                }
                long direct = direct();
                long all = memory();
                for (int i = 0; i < count; i++) {
                    open.add(events(server, "/topic/t"));
                }
                client.publish("topic/t", "to all").assertStatus(201);
                for (StreamClient each : open) {
                    assertTrue(each.event().endsWith("\ndata: to all\n"));
                }
                client.awaitParked("topic/t", open.size());
                long each = (direct() - direct) / count;
                long whole = (memory() - all) / count;
                System.out.println("an idle stream: " + each + " bytes direct, " + whole + " bytes with the heap, and"
                        + " its client in this process");
                assertTrue(each <= 1024, () -> each + " bytes");
            } finally {
                for (StreamClient each : open) {
                    each.close();
                }
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> server.openStreams() == 0);
            assertFalse(client.status("topic/t").text().isEmpty());
        }
    }

    private static long direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    private static long memory() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() + direct();
    }
}
