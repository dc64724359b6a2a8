// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.ChildServer;
import dev.perch.TestServer;
import dev.perch.access.Issuer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One line for each request, with how it came out; and nothing in it that its client could forge. */
final class AccessLogIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Pattern FORM = Pattern.compile(
            "time=[0-9T:.-]+Z client=127\\.0\\.0\\.1 subject=- method=\\S+ target=\"[!-~]*\" protocol=(HTTP/[0-9.]+|websocket)"
                    + " status=[1-5][0-9][0-9] bytes=[0-9]+ outcome=[a-z0-9-]+ parked=[0-9]+ took=[0-9]+");

    @TempDir
    Path directory;

    private Path file;
    private TestServer server;
    private TestClient client;

    @BeforeEach
    void start() {
        file = directory.resolve("access.log");
        server = TestServer.start("--access-log=" + file, "--presence-linger=1");
        client = new TestClient(server);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private List<String> lines() {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one line about this target, which must come soon, by its member. */
    private String logged(String target, String member) {
        String start = "target=\"" + target;
        await(target).atMost(SOON).until(() -> lines().stream().anyMatch(line -> line.contains(start)));
        List<String> found =
                lines().stream().filter(line -> line.contains(start)).toList();
        assertEquals(1, found.size(), found::toString);
        assertTrue(FORM.matcher(found.get(0)).matches(), found.get(0));
        return found.get(0).replaceFirst(".* " + member + "=(\\S+).*", "$1");
    }

    @Test
    void readsTellHowTheyCameOut() throws Exception {
        client.publish("mailbox/a?type=one", "secret body");
        assertEquals("-", logged("/mailbox/a?type=one", "outcome"));
        client.poll("mailbox/a?limit=1");
        assertEquals("message", logged("/mailbox/a?limit=1", "outcome"));
        client.poll("mailbox/a?wait=1");
        assertEquals("wait", logged("/mailbox/a?wait=1", "outcome"));
        int parked = Integer.parseInt(logged("/mailbox/a?wait=1", "parked"));
        assertTrue(parked >= 900 && parked < 15_000, () -> parked + " ms");
        CompletableFuture<Reply> removed = client.parkAs(1, "mailbox/b?wait=20");
        client.remove("mailbox/b");
        TestClient.get(removed);
        assertEquals("deleted", logged("/mailbox/b?wait=20", "outcome"));
        client.poll("mailbox/a?wait=x");
        assertEquals("bad-parameter", logged("/mailbox/a?wait=x", "outcome"));
        client.poll("nothing/here");
        assertEquals("not-found", logged("/nothing/here", "outcome"));
        client.poll("mailbox/a//b");
        assertEquals("bad-name", logged("/mailbox/a//b", "outcome"));
        client.publish("mailbox/a?receipt=acked&wait=1", "not read").assertStatus(202);
        assertEquals("wait", logged("/mailbox/a?receipt", "outcome"));
        client.publish("mailbox/a?reply=1&wait=1", "no reply").assertStatus(504);
        assertEquals("wait", logged("/mailbox/a?reply", "outcome"));
        assertTrue(Integer.parseInt(logged("/mailbox/a?reply", "parked")) >= 900);
        client.poll("");
        assertEquals("200", logged("/\"", "status"));
        assertTrue(lines().stream().noneMatch(line -> line.contains("secret")), () -> lines().toString());
    }

    @Test
    void theDrainTellsOfWhatWaited() throws Exception {
        CompletableFuture<Reply> poll = client.parkAs(1, "mailbox/a?wait=20");
        try (StreamClient stream = StreamClient.events(server, "/mailbox/b?wait=1");
                TestSocket socket = TestSocket.open(server, "mailbox/c?x=1")) {
            assertEquals(200, stream.status());
            await().atMost(SOON).until(() -> server.openSockets() == 1);
            server.drain();
            assertEquals(1001, socket.closeCode());
        }
        TestClient.get(poll);
        assertEquals("drain", logged("/mailbox/a?wait=20", "outcome"));
        assertEquals("drain", logged("/mailbox/b?wait=1", "outcome"));
        assertEquals("1001", logged("/mailbox/c?x=1", "outcome"));
        assertEquals("websocket", logged("/mailbox/c?x=1", "protocol"));
    }

    @Test
    void clientsThatGoAndSocketsAreToldOfWhenTheyAreOver() throws Exception {
        try (RawClient stream = RawClient.connect(server)) {
            stream.request("GET", "/mailbox/a?stream=1", "Accept: text/event-stream");
            await().atMost(SOON).until(() -> server.openStreams() == 1);
        }
        assertEquals("gone", logged("/mailbox/a?stream=1", "outcome"));
        try (RawClient poll = RawClient.connect(server)) {
            poll.request("GET", "/mailbox/b?poll=1");
            await().atMost(SOON).until(() -> server.openPolls() == 1);
        }
        assertEquals("gone", logged("/mailbox/b?poll=1", "outcome"));
        try (TestSocket socket = TestSocket.open(server, "mailbox/c?access_token=s3cret")) {
            client.publish("mailbox/c", "x");
            assertEquals("x", socket.next());
            socket.bye();
        }
        assertEquals("1000", logged("/mailbox/c?\"", "outcome"));
        try (RawClient refused = RawClient.connect(server)) {
            refused.request(
                    "GET",
                    "/mailbox/d?refused=1",
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "Sec-WebSocket-Version: 9");
            refused.receive().assertStatus(426);
        }
        assertEquals("upgrade-required", logged("/mailbox/d?refused=1", "outcome"));
    }

    @Test
    void aLineCannotBeForgedAndATokenIsNotWritten() throws IOException {
        String forged = "time=2026-01-01T00:00:00.000Z client=10.0.0.1 method=GET";
        String[] targets = {
            "/mailbox/a?wait=0&x=%0d%0a" + forged.replace(" ", "%20"),
            "/mailbox/a?wait=0&x=\"" + forged.replace(' ', '\t'),
            "/mailbox/a?wait=0&x=\u0085\u00e4\u001b[2J",
            "/mailbox/%0a" + forged.replace(" ", "%20"),
            "/mailbox/a?wait=0&access_token=s3cret",
            "/mailbox/a?wait=0&%61ccess%5ftoken=s3cret"
        };
        for (String target : targets) {
            try (RawClient raw = RawClient.connect(server)) {
                raw.request("GET", target, "Authorization: Bearer s3cret", "User-Agent: a\tb", "Connection: close");
                assertTrue(raw.receive().status() <= 400);
            }
        }
        try (RawClient raw = RawClient.connect(server)) {
            raw.send("GET\u0001 /x HTTP/1.1\r\n\r\n").receive().assertStatus(400);
        }
        try (RawClient raw = RawClient.connect(server)) {
            raw.send("\u0000\u0001\u0002\r\n\r\n").receive().assertStatus(400);
        }
        client.poll("health/live?last=1");
        logged("/health/live?last=1", "outcome");
        List<String> lines = lines();
        assertEquals(targets.length + 3, lines.size(), () -> String.join("\n", lines));
        for (String line : lines) {
            assertTrue(FORM.matcher(line).matches(), line);
            assertFalse(line.contains("s3cret"), line);
        }
    }

    @Test
    void theClientIsTheOneBehindTheProxyAndTheSubjectThatOfItsToken() throws Exception {
        Path log = directory.resolve("proxied.log");
        String token = Issuer.known().to("ann").read("topic/news").token();
        try (TestServer proxied =
                TestServer.start("--access-log=" + log, "--trusted-proxy=127.0.0.1", Issuer.option(directory))) {
            TestClient through = new TestClient(proxied);
            through.poll(
                            "mailbox/ann?wait=0",
                            "X-Forwarded-For",
                            "203.0.113.9, 192.0.2.1",
                            "Authorization",
                            "Bearer " + token)
                    .assertStatus(200);
            through.poll("mailbox/bob?wait=0", "Forwarded", "for=\"[2001:db8::1]:4711\"")
                    .assertStatus(401);
            through.poll("health/live?x", "X-Forwarded-For", "192.0.2.3 time=0\tclient=10.0.0.1")
                    .assertStatus(200);
            try (RawSocket socket =
                    RawSocket.open(proxied, "/topic/news?access_token=" + token, "X-Forwarded-For: 192.0.2.2")) {
                assertTrue(socket.head().startsWith("HTTP/1.1 101"), socket::head);
            }
            for (String member : List.of(
                    "client=192.0.2.1 subject=ann method=GET target=\"/mailbox/ann?",
                    "client=2001:db8::1 subject=- method=GET target=\"/mailbox/bob?",
                    "client=127.0.0.1 subject=- method=GET target=\"/health/live?x",
                    "client=192.0.2.2 subject=ann method=GET target=\"/topic/news?")) {
                await(member).atMost(SOON).until(() -> Files.readString(log).contains(member));
            }
            assertEquals(4, Files.readAllLines(log).size());
        }
    }

    @Test
    void itGoesToStandardOutputAsWell() throws IOException {
        try (ChildServer child = ChildServer.start("--memory", "--access-log=stdout");
                RawClient raw = RawClient.connect(child)) {
            raw.request("GET", "/health/live").receive().assertStatus(200);
            await().atMost(SOON).until(() -> child.printed().contains("target=\"/health/live\""));
            assertEquals(0, child.terminate());
            assertTrue(FORM.matcher(child.printed().lines().toList().get(1)).matches(), child.printed());
        }
    }
}
