// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import dev.perch.access.Issuer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one client may do, and that others are not concerned. */
final class RateIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void whoPublishesTooFastIsToldWhenToComeAgain() {
        try (TestServer server = TestServer.start("--publish-rate=2")) {
            TestClient client = new TestClient(server);
            Reply last = client.publish("mailbox/a", "m");
            int stored = 0;
            while (last.status() == 201) {
                stored++;
                last = client.publish("mailbox/a", "m");
            }
            assertTrue(stored >= 10 && stored < 20, "stored " + stored);
            last.assertProblem(429, "too-fast");
            assertEquals("1", last.header("Retry-After"));
            assertEquals("\"publish\";q=10;w=5", last.header("RateLimit-Policy"));
            assertEquals("\"publish\";r=0;t=1", last.header("RateLimit"));
            assertEquals(stored, client.poll("mailbox/a").messages().size());
            await().atMost(SOON).until(() -> client.publish("mailbox/a", "m").status() == 201);
            assertTrue(client.poll("metrics").text().contains("perch_refusals_total{reason=\"too-fast\"}"));
        }
    }

    @Test
    void whoSendsManyBadTokensIsNotLookedAtForAWhile(@TempDir Path directory) throws IOException {
        try (TestServer server = TestServer.start(Issuer.option(directory), "--bad-tokens=2")) {
            TestClient client = new TestClient(server);
            String good = "Bearer " + Issuer.known().to("alice").token();
            Reply last = client.poll("mailbox/alice?wait=0", "Authorization", "Bearer bad");
            int checked = 0;
            while (last.status() == 401) {
                checked++;
                last = client.poll("mailbox/alice?wait=0", "Authorization", "Bearer bad");
            }
            assertTrue(checked >= 10 && checked < 30, "checked " + checked);
            last.assertProblem(429, "too-fast");
            assertEquals("\"tokens\";q=10;w=5", last.header("RateLimit-Policy"));
            client.poll("mailbox/alice?wait=0", "Authorization", good).assertProblem(429, "too-fast");
            client.poll("health/live").assertStatus(200);
            await().atMost(SOON)
                    .until(() -> client.poll("mailbox/alice?wait=0", "Authorization", good)
                                    .status()
                            == 200);
        }
    }

    @Test
    void behindAProxyThatIsTrustedEachClientCountsForItself() {
        try (TestServer server = TestServer.start("--publish-rate=1", "--trusted-proxy=127.0.0.1")) {
            TestClient client = new TestClient(server);
            byte[] batch = "1\n".repeat(100).getBytes(UTF_8);
            String type = "application/x-ndjson";
            client.publish("topic/a", type, batch, "X-Forwarded-For", "192.0.2.1")
                    .assertStatus(201);
            client.publish("topic/a", type, batch, "X-Forwarded-For", "192.0.2.1")
                    .assertProblem(429, "too-fast");
            client.publish("topic/a", type, batch, "X-Forwarded-For", "192.0.2.2")
                    .assertStatus(201);
            client.publish("topic/a", type, batch, "X-Forwarded-For", "2001:db8::1")
                    .assertStatus(201);
            client.publish("topic/a", type, batch, "X-Forwarded-For", "2001:db8::2")
                    .assertProblem(429, "too-fast");
            client.publish("topic/a", type, batch, "X-Forwarded-For", "2001:db8:0:1::2")
                    .assertStatus(201);
        }
    }

    @Test
    void eachSubjectCountsForItselfWhereverItComesFrom(@TempDir Path directory) throws IOException {
        try (TestServer server = TestServer.start(
                Issuer.option(directory),
                "--publish-rate=1",
                "--parked-per-client=1",
                "--new-mailboxes=1",
                "--trusted-proxy=127.0.0.1",
                "--unlimited=backend")) {
            publish(server, "ann", "192.0.2.1").assertStatus(201);
            publish(server, "ann", "192.0.2.1").assertProblem(429, "too-fast");
            publish(server, "ann", "192.0.2.2").assertProblem(429, "too-fast");
            publish(server, "bob", "192.0.2.1").assertStatus(201);
            publish(server, "bob", "192.0.2.1").assertProblem(429, "too-fast");
            for (int i = 0; i < 3; i++) {
                publish(server, "backend", "192.0.2.1").assertStatus(201);
            }
            // Without a subject the address counts.
            publish(server, null, "192.0.2.1").assertStatus(201);
            publish(server, null, "192.0.2.1").assertProblem(429, "too-fast");
            publish(server, null, "192.0.2.2").assertStatus(201);
            TestClient client = new TestClient(server);
            client.poll("mailbox/ann?wait=0", as("ann", "192.0.2.1")).assertStatus(200);
            client.poll("mailbox/new1?wait=0", as("ann", "192.0.2.2")).assertProblem(429, "too-fast");
            client.poll("mailbox/new1?wait=0", as("bob", "192.0.2.1")).assertStatus(200);
            try (RawClient waiting = RawClient.connect(server)) {
                waiting.request(
                        "GET", "/mailbox/ann?wait=60&after=now", issuer("ann").field(), "X-Forwarded-For: 192.0.2.1");
                await().atMost(SOON).until(() -> server.openPolls() == 1);
                client.poll("mailbox/ann?wait=0", as("ann", "192.0.2.2")).assertProblem(429, "too-many-waiting");
                client.poll("mailbox/ann?wait=0", as("bob", "192.0.2.1")).assertStatus(200);
                client.poll("mailbox/ann?wait=0", as("backend", "192.0.2.1")).assertStatus(200);
            }
        }
    }

    private static Issuer issuer(String subject) {
        Issuer issuer = Issuer.known().read("*").write("*");
        return subject == null ? issuer : issuer.to(subject);
    }

    private static String[] as(String subject, String address) {
        return new String[] {"Authorization", "Bearer " + issuer(subject).token(), "X-Forwarded-For", address};
    }

    /** A batch that uses up all that there is. */
    private static Reply publish(TestServer server, String subject, String address) {
        return new TestClient(server)
                .publish("topic/a", "application/x-ndjson", "1\n".repeat(100), as(subject, address));
    }

    @Test
    void aBatchCountsWithAllItsMessages() {
        try (TestServer server = TestServer.start("--publish-rate=2")) {
            TestClient client = new TestClient(server);
            client.publish("mailbox/a", "application/x-ndjson", "1\n".repeat(100))
                    .assertStatus(201);
            Reply refused = client.publish("mailbox/a", "m").assertProblem(429, "too-fast");
            assertTrue(Integer.parseInt(refused.header("Retry-After")) > 30, refused::toString);
        }
    }

    @Test
    void whatASocketSendsCountsToo() throws IOException {
        try (TestServer server = TestServer.start("--publish-rate=2");
                RawSocket socket = RawSocket.open(server, "/mailbox/a?format=json")) {
            TestClient client = new TestClient(server);
            client.publish("mailbox/b", "application/x-ndjson", "1\n".repeat(100))
                    .assertStatus(201);
            socket.text("{\"to\":\"mailbox/b\",\"data\":\"m\",\"key\":\"k\"}");
            String answer = socket.receive().text();
            assertTrue(answer.contains("too-fast") && answer.contains("retryAfter"), answer);
        }
    }

    @Test
    void oneClientWaitsInSoManyRequestsAndNoMore() throws IOException {
        try (TestServer server = TestServer.start("--parked-per-client=3")) {
            TestClient client = new TestClient(server);
            List<RawClient> waiting = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                RawClient raw = RawClient.connect(server);
                waiting.add(raw);
                raw.request("GET", "/mailbox/a" + i + "?wait=60&after=start");
            }
            await().atMost(SOON).until(() -> server.openPolls() == 3);
            Reply refused = client.poll("mailbox/b?wait=0").assertProblem(429, "too-many-waiting");
            assertEquals("2", refused.header("Retry-After"));
            assertEquals("\"parked\";q=3;qu=\"concurrent-requests\"", refused.header("RateLimit-Policy"));
            Reply events = client.poll("mailbox/b?format=sse").assertStatus(200);
            assertTrue(events.text().contains("retry:"), events::text);
            client.poll("health/live").assertStatus(200);
            waiting.get(0).reset();
            await().atMost(SOON).until(() -> client.poll("mailbox/b?wait=0").status() == 200);
            // The place of the last poll is free when its answer is written, which its client may see earlier.
            RawSocket socket = await().atMost(SOON)
                    .until(() -> RawSocket.open(server, "/mailbox/c"), opened -> opened.head()
                            .startsWith("HTTP/1.1 101"));
            await().atMost(SOON).until(() -> server.openSockets() == 1);
            client.poll("mailbox/b?wait=0").assertProblem(429, "too-many-waiting");
            socket.close();
            await().atMost(SOON).until(() -> client.poll("mailbox/b?wait=0").status() == 200);
            for (RawClient raw : waiting) {
                raw.close();
            }
        }
    }

    @Test
    void oneClientCreatesSoManyMailboxesAMinute() {
        try (TestServer server = TestServer.start("--new-mailboxes=4")) {
            TestClient client = new TestClient(server);
            for (int i = 0; i < 4; i++) {
                client.publish("mailbox/m" + i, "m").assertStatus(201);
            }
            client.publish("mailbox/m4", "m").assertProblem(429, "too-fast");
            client.poll("mailbox/m5?wait=0").assertProblem(429, "too-fast");
            client.follow("m6", "news").assertProblem(429, "too-fast");
            client.publish("mailbox/m0", "m").assertStatus(201);
            client.poll("mailbox/m1?wait=0").assertStatus(200);
            client.publish("topic/news", "m").assertStatus(201);
        }
    }

    @Test
    void oneAddressHasSoManyConnections() throws IOException {
        try (TestServer server = TestServer.start("--connections-per-address=5")) {
            List<RawClient> open = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                RawClient raw = RawClient.connect(server);
                open.add(raw);
                raw.request("GET", "/health/live").receive().assertStatus(200);
            }
            try (RawClient refused = RawClient.connect(server)) {
                assertTrue(isClosed(refused));
            }
            open.get(0).reset();
            await().atMost(SOON).until(() -> {
                try (RawClient again = RawClient.connect(server)) {
                    return !isClosed(again);
                }
            });
            for (RawClient raw : open) {
                raw.close();
            }
        }
    }

    private static boolean isClosed(RawClient raw) {
        try {
            return raw.request("GET", "/health/live").read() < 0;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void whoIsNamedAndWhoIsOnThisMachineHasNoLimits() {
        for (List<String> options :
                List.of(List.of("--publish-rate=1", "--unlimited=127.0.0.0/8"), List.<String>of())) {
            try (TestServer server = TestServer.start(options.toArray(String[]::new))) {
                TestClient client = new TestClient(server);
                long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
                for (int i = 0; i < 20 || System.nanoTime() < end; i++) {
                    client.publish("topic/a", "m" + i).assertStatus(201);
                }
            }
        }
    }
}
