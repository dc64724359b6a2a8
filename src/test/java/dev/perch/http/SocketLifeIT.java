// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import dev.perch.mailbox.Clocks;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Sockets over time: pings, clients that do not answer or do not read, and the end of the server. */
final class SocketLifeIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final long BOUND = 40L * 1024 * 1024;

    /** Time that goes on only when it is told to. */
    private final AtomicLong nanos = new AtomicLong(System.nanoTime());

    private final Clocks clocks = new Clocks(InstantSource.system(), nanos::get);

    private void pass(int seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    /** Lets time pass by the second until so many sockets are open. */
    private void passUntil(TestServer server, int open) {
        await().atMost(SOON).until(() -> {
            pass(1);
            return server.openSockets() == open;
        });
    }

    @Test
    void aQuietClientIsPingedAndStaysAsLongAsItAnswers() throws IOException {
        try (TestServer server = TestServer.start(clocks);
                RawSocket raw = RawSocket.open(server, "/mailbox/a")) {
            TestClient client = new TestClient(server);
            client.awaitParked("mailbox/a", 1);
            for (int i = 0; i < 6; i++) {
                pass(26);
                RawSocket.Frame ping = raw.receive();
                assertEquals(RawSocket.PING, ping.opcode());
                raw.send(RawSocket.FIN | RawSocket.PONG, ping.payload());
                client.publish("mailbox/a", "m" + i);
                assertEquals("m" + i, raw.receive().text());
            }
        }
    }

    @Test
    void aClientThatMissesTwoPongsIsClosedAndThenCutOff() throws IOException {
        try (TestServer server = TestServer.start(clocks);
                RawSocket raw = RawSocket.open(server, "/")) {
            await().atMost(SOON).until(() -> server.openSockets() == 1);
            pass(26);
            assertEquals(RawSocket.PING, raw.receive().opcode());
            pass(26);
            assertEquals(RawSocket.PING, raw.receive().opcode());
            pass(26);
            assertEquals(4003, raw.receive().closeCode());
            assertEquals(1, server.openSockets());
            passUntil(server, 0);
            assertThrows(IOException.class, raw::receive);
        }
    }

    @Test
    void aReaderThatNeverReadsCostsLittleAndIsCutOff() throws IOException {
        try (TestServer server = TestServer.start(clocks, "--topic-bytes=1000000")) {
            TestClient client = new TestClient(server);
            TestSocket reads = TestSocket.open(server, "topic/t");
            List<RawSocket> slow = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                slow.add(RawSocket.open(server, 4096, i % 2 == 0 ? "/topic/t" : "/topic/t?format=json"));
            }
            client.awaitParked("topic/t", 11);
            long before = memory();
            String chunk = "x".repeat(200_000);
            for (int i = 0; i < 500; i++) {
                client.publish("topic/t", chunk).assertStatus(201);
                assertEquals(chunk, reads.next());
            }
            long grown = memory() - before;
            assertTrue(grown < BOUND, () -> "grown by " + grown / 1024 + " KiB");
            pass(24);
            assertEquals(11, server.openSockets());
            passUntil(server, 1);
            for (RawSocket raw : slow) {
                raw.close();
            }
            reads.close();
            await().atMost(SOON).until(() -> server.openSockets() == 0);
            client.awaitParked("topic/t", 0);
        }
    }

    /** What lives on the heap and beside it, in bytes. */
    private static long memory() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() + direct;
    }

    @Test
    void aServerThatStopsSaysSoToEverySocket() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient client = new TestClient(server);
            List<TestSocket> sockets = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                sockets.add(TestSocket.open(server, i % 2 == 0 ? "/" : "mailbox/a" + i));
            }
            TestSocket busy = TestSocket.open(server, "mailbox/busy?format=json");
            for (int i = 0; i < 50; i++) {
                busy.send("{\"to\":\"mailbox/b\",\"data\":\"m" + i + "\",\"key\":\"k" + i + "\"}");
            }
            client.awaitParked("mailbox/busy", 1);
            CompletableFuture<Void> drained = CompletableFuture.runAsync(server::drain);
            for (TestSocket socket : sockets) {
                assertEquals(1001, socket.closeCode());
            }
            assertEquals(1001, busy.closeCode());
            drained.get(10, TimeUnit.SECONDS);
            assertEquals(0, server.openSockets());
        }
    }

    @Test
    void aServerThatStopsOpensNoSocketsAndDoesNotWaitForTheDead() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient client = new TestClient(server);
            for (int i = 0; i < 8; i++) {
                client.parkAs(1, "mailbox/m" + i);
            }
            try (RawSocket dead = RawSocket.open(server, "/mailbox/dead");
                    RawClient late = RawClient.connect(server)) {
                client.awaitParked("mailbox/dead", 1);
                CompletableFuture<Void> drained = CompletableFuture.runAsync(server::drain);
                await().atMost(SOON).until(() -> server.openPolls() < 8);
                Reply refused = late.request("GET", "/", RawSocket.HANDSHAKE).receive();
                refused.assertProblem(503, "draining");
                assertEquals(1001, dead.receive().closeCode());
                drained.get(10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void aCloseOfTheClientIsAnsweredWithItsCode() throws IOException {
        try (TestServer server = TestServer.start();
                RawSocket raw = RawSocket.open(server, "/mailbox/a")) {
            raw.send(RawSocket.FIN | RawSocket.CLOSE, new byte[] {0x0f, (byte) 0xa1, 'x'});
            RawSocket.Frame close = raw.receive();
            assertEquals(RawSocket.CLOSE, close.opcode());
            assertEquals(0x0fa1, close.closeCode());
            assertEquals(-1, raw.raw().read());
        }
    }
}
