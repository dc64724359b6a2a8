// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import dev.perch.access.Issuer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is open ends with its token: exp and thirty seconds of grace. */
final class TokenLifeIT {
    private static final Duration GRACE = Duration.ofSeconds(30);

    @TempDir
    static Path directory;

    private static TestServer server;
    private static TestClient client;

    @BeforeAll
    static void start() {
        server = TestServer.start(Issuer.option(directory));
        client = new TestClient(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** One that is over, grace and all, in two to three seconds: times in tokens are whole seconds. */
    private static Issuer ending(String name) {
        return Issuer.known()
                .to(name)
                .until(Instant.ofEpochSecond(Instant.now().getEpochSecond() + 3).minus(GRACE));
    }

    private static String bearer(Issuer issuer) {
        return "Bearer " + issuer.token();
    }

    @Test
    void aParkedPollEndsWithItsToken() {
        String token = bearer(ending("p"));
        CompletableFuture<Reply> json = client.park("mailbox/p?after=now", "Authorization", token);
        CompletableFuture<Reply> text = client.park("mailbox/p?after=now&format=text", "Authorization", token);
        Reply ended = TestClient.get(json).assertStatus(200);
        assertEquals("token", ended.string("ended"));
        assertFalse(ended.cursor().isEmpty());
        assertEquals("token", TestClient.get(text).assertStatus(204).header("Perch-Ended"));
        client.poll("mailbox/p?after=" + ended.cursor(), "Authorization", token).assertProblem(401, "token-invalid");
        String next = bearer(Issuer.known().to("p"));
        Reply again = client.poll("mailbox/p?wait=0&after=" + ended.cursor(), "Authorization", next);
        assertEquals("wait", again.assertStatus(200).string("ended"));
    }

    @Test
    void aWaitThatIsOverBeforeItsTokenEndsAsEver() {
        String token = bearer(ending("q"));
        assertEquals(
                "wait", client.poll("mailbox/q?wait=1", "Authorization", token).string("ended"));
    }

    @Test
    void aPublisherThatWaitsIsAnsweredWhenItsTokenEnds() {
        String token = bearer(ending("x").write("mailbox/r"));
        CompletableFuture<Reply> receipt =
                client.post("mailbox/r?receipt=acked", null, new byte[1], "Authorization", token);
        CompletableFuture<Reply> reply = client.post("mailbox/r?reply=1", null, new byte[1], "Authorization", token);
        assertEquals("token", TestClient.get(receipt).assertStatus(202).string("ended"));
        assertEquals("token", TestClient.get(reply).assertStatus(504).string("ended"));
    }

    @Test
    void aStreamEndsWithItsTokenAndItsPageIsTold() throws IOException {
        for (String format : new String[] {"sse", "ndjson"}) {
            String token = ending("s" + format).token();
            try (RawClient raw = RawClient.connect(server)) {
                // Its query carries the token, as that of an EventSource does.
                Reply stream = raw.request(
                                "GET", "/mailbox/s" + format + "?format=" + format + "&access_token=" + token)
                        .receive()
                        .assertStatus(200);
                String text = stream.text();
                assertTrue(
                        format.equals("sse")
                                ? text.contains("\nevent: ended\ndata: {\"ended\":\"token\"}\n")
                                : text.contains("\"ended\":\"token\"}"),
                        text);
                assertFalse(text.contains(token), "never echoed");
            }
        }
    }

    @Test
    void aBusyStreamEndsWithItsTokenToo() throws Exception {
        String token = ending("b").token();
        String writer = bearer(Issuer.known().write("*"));
        try (RawClient raw = RawClient.connect(server)) {
            raw.request("GET", "/mailbox/b?format=ndjson&access_token=" + token);
            CompletableFuture<Reply> stream = CompletableFuture.supplyAsync(() -> {
                try {
                    return raw.receive();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            while (!stream.isDone()) {
                client.publish("mailbox/b", "text/plain", "x", "Authorization", writer);
            }
            assertTrue(TestClient.get(stream).text().strip().endsWith("\"ended\":\"token\"}"));
        }
    }

    @Test
    void aSocketEndsWithItsToken() throws Exception {
        String token = ending("w").token();
        try (TestSocket json = TestSocket.open(server, "mailbox/w?format=json&access_token=" + token);
                TestSocket raw = TestSocket.open(server, "mailbox/w?access_token=" + token)) {
            assertEquals("{\"ended\":\"token\"}", json.next());
            assertEquals(4004, json.closeCode());
            assertEquals(4004, raw.closeCode());
        }
        await().until(() -> server.openSockets() == 0);
    }

    @Test
    void whatASocketSendsNeedsTheRightTo() throws Exception {
        String token = Issuer.known().to("amy").write("mailbox/bob").token();
        String bob = bearer(Issuer.known().to("bob"));
        try (TestSocket json = TestSocket.open(server, "mailbox/amy?format=json&access_token=" + token)) {
            json.send("{\"to\":\"mailbox/cid\",\"data\":1,\"key\":\"a\"}");
            assertEquals("urn:perch:problem:not-allowed", type(json));
            json.send("{\"to\":\"broadcast\",\"data\":1,\"key\":\"b\"}");
            assertEquals("urn:perch:problem:not-allowed", type(json));
            json.send("{\"to\":\"mailbox/bob\",\"from\":\"cid\",\"data\":1,\"key\":\"c\"}");
            assertEquals("urn:perch:problem:not-allowed", type(json));
            json.send("{\"to\":\"mailbox/bob\",\"data\":\"hello\",\"key\":\"d\"}");
            assertEquals("d", json.json().get("sent").getAsString());
        }
        Reply read = client.poll("mailbox/bob", "Authorization", bob);
        assertEquals("hello", read.data().get(0));
        assertEquals("amy", read.messages().get(0).get("from").getAsString());
        String listener = Issuer.known().read("broadcast").token();
        try (TestSocket root = TestSocket.open(server, "?access_token=" + listener)) {
            assertEquals(1008, root.send("to all").closeCode());
        }
    }

    private static String type(TestSocket socket) {
        return socket.json().getAsJsonObject("problem").get("type").getAsString();
    }

    @Test
    void aChangedSecretCountsSoonAndOpenReadsGoOn() throws Exception {
        Path secrets = directory.resolve("changing");
        String old = "o".repeat(40);
        String young = "y".repeat(40);
        Files.writeString(secrets, old, StandardCharsets.UTF_8);
        try (TestServer changing = TestServer.start("--secret-file=" + secrets)) {
            TestClient reader = new TestClient(changing);
            String first = bearer(Issuer.with(old).to("a").write("*"));
            String second = bearer(Issuer.with(young).to("a").write("*"));
            CompletableFuture<Reply> parked = reader.park("mailbox/a?after=now&wait=60", "Authorization", first);
            await().until(() -> changing.openPolls() == 1);
            reader.head("mailbox/a", "Authorization", second).assertStatus(401);
            Files.writeString(secrets, young + "\n" + old);
            await().until(() ->
                    reader.head("mailbox/a", "Authorization", second).status() == 200);
            reader.head("mailbox/a", "Authorization", first).assertStatus(200);
            Files.writeString(secrets, young);
            await().until(() -> reader.head("mailbox/a", "Authorization", first).status() == 401);
            reader.publish("mailbox/a", "text/plain", "hello", "Authorization", second)
                    .assertStatus(201);
            assertEquals("hello", TestClient.get(parked).data().get(0));
        }
    }
}
