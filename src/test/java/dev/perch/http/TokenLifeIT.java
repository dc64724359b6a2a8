// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.ForwardClocks;
import dev.perch.TestServer;
import dev.perch.access.Issuer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is open ends with its token: exp and thirty seconds of grace. */
final class TokenLifeIT {
    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final Duration LIFE = Duration.ofSeconds(10);
    private static final ForwardClocks CLOCKS = new ForwardClocks();

    @TempDir
    static Path directory;

    private static TestServer server;
    private static TestClient client;

    @BeforeAll
    static void start() {
        server = TestServer.start(CLOCKS.clocks(), Issuer.option(directory));
        client = new TestClient(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** One that is over, grace and all, when its life has passed. */
    private static Issuer ending(String name) {
        return Issuer.known().to(name).until(CLOCKS.now().plus(LIFE).minus(GRACE));
    }

    private static void await(IntSupplier open, int count) {
        Awaitility.await().until(() -> open.getAsInt() == count);
    }

    private static String bearer(Issuer issuer) {
        return "Bearer " + issuer.token();
    }

    @Test
    void aParkedPollEndsWithItsToken() {
        String token = bearer(ending("p"));
        CompletableFuture<Reply> json = client.park("mailbox/p?after=now", "Authorization", token);
        CompletableFuture<Reply> text = client.park("mailbox/p?after=now&format=text", "Authorization", token);
        await(server::openPolls, 2);
        CLOCKS.pass(LIFE);
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
        await(server::openPolls, 2);
        CLOCKS.pass(LIFE);
        assertEquals("token", TestClient.get(receipt).assertStatus(202).string("ended"));
        assertEquals("token", TestClient.get(reply).assertStatus(504).string("ended"));
    }

    @Test
    void aStreamEndsWithItsTokenAndItsPageIsTold() throws IOException {
        for (String format : new String[] {"sse", "ndjson"}) {
            String token = ending("s" + format).token();
            try (RawClient raw = RawClient.connect(server)) {
                // Its query carries the token, as that of an EventSource does.
                raw.request("GET", "/mailbox/s" + format + "?format=" + format + "&access_token=" + token);
                await(server::openStreams, 1);
                CLOCKS.pass(LIFE);
                Reply stream = raw.receive().assertStatus(200);
                String text = stream.text();
                assertTrue(
                        format.equals("sse")
                                ? text.contains("\nevent: ended\ndata: {\"ended\":\"token\"}\n")
                                : text.contains("\"ended\":\"token\"}"),
                        text);
                assertFalse(text.contains(token), "never echoed");
            }
            await(server::openStreams, 0);
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
            for (int i = 0; !stream.isDone(); i++) {
                client.publish("mailbox/b", "text/plain", "x", "Authorization", writer);
                if (i == 100) {
                    CLOCKS.pass(LIFE);
                }
            }
            assertTrue(TestClient.get(stream).text().strip().endsWith("\"ended\":\"token\"}"));
        }
    }

    @Test
    void aSocketEndsWithItsToken() throws Exception {
        String token = ending("w").token();
        try (TestSocket json = TestSocket.open(server, "mailbox/w?format=json&access_token=" + token);
                TestSocket raw = TestSocket.open(server, "mailbox/w?access_token=" + token)) {
            await(server::openSockets, 2);
            CLOCKS.pass(LIFE);
            assertEquals("{\"ended\":\"token\"}", json.next());
            assertEquals(4004, json.closeCode());
            assertEquals(4004, raw.closeCode());
        }
        await(server::openSockets, 0);
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
            await(changing::openPolls, 1);
            reader.head("mailbox/a", "Authorization", second).assertStatus(401);
            Files.writeString(secrets, young + "\n" + old);
            Awaitility.await()
                    .until(() ->
                            reader.head("mailbox/a", "Authorization", second).status() == 200);
            reader.head("mailbox/a", "Authorization", first).assertStatus(200);
            Files.writeString(secrets, young);
            Awaitility.await()
                    .until(() ->
                            reader.head("mailbox/a", "Authorization", first).status() == 401);
            reader.publish("mailbox/a", "text/plain", "hello", "Authorization", second)
                    .assertStatus(201);
            assertEquals("hello", TestClient.get(parked).data().get(0));
        }
    }
}
