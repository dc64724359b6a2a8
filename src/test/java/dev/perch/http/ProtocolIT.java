// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.perch.TestServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP itself: its versions, pipelining, and requests that are none. */
final class ProtocolIT {
    private static TestServer server;
    private static TestClient client;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        client = new TestClient(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void http10IsAnsweredAndItsConnectionClosed() throws IOException {
        client.publish("mailbox/old", "hello");
        try (RawClient raw = RawClient.connect(server)) {
            Reply reply = raw.send("GET /mailbox/old?wait=1 HTTP/1.0\r\n\r\n").receive();
            assertEquals(List.of("hello"), reply.assertStatus(200).data());
            assertEquals(-1, raw.read());
        }
    }

    @Test
    void http10ParksToo() throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            raw.send("GET /mailbox/oldParked HTTP/1.0\r\n\r\n");
            client.awaitParked("mailbox/oldParked", 1);
            client.publish("mailbox/oldParked", "x");
            assertEquals(List.of("x"), raw.receive().data());
            assertEquals(-1, raw.read());
        }
    }

    @Test
    void pipelinedPollsAreAnsweredInTheirOrder() throws IOException {
        client.publish("mailbox/piped", "one");
        client.publish("mailbox/piped", "two");
        try (RawClient raw = RawClient.connect(server)) {
            String poll = RawClient.head("GET", "/mailbox/piped?limit=1&wait=0") + "\r\n";
            raw.send(poll + poll + poll + RawClient.head("HEAD", "/mailbox/piped") + "\r\n" + poll);
            assertEquals(List.of("one"), raw.receive().data());
            assertEquals(List.of("two"), raw.receive().data());
            assertEquals(List.of(), raw.receive().data());
            raw.receiveHead().assertStatus(200);
            assertEquals(List.of(), raw.receive().data());
        }
    }

    @Test
    void aPollPipelinedBehindAParkedOneIsAnsweredToo() throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            String poll = RawClient.head("GET", "/mailbox/pipedParked") + "\r\n";
            raw.send(poll + poll);
            client.awaitParked("mailbox/pipedParked", 1);
            client.publish("mailbox/pipedParked", "one");
            assertEquals(List.of("one"), raw.receive().data());
            client.publish("mailbox/pipedParked", "two");
            assertEquals(List.of("two"), raw.receive().data());
        }
    }

    @Test
    void aPublishPipelinedBehindAPollThatItWakesIsNotStuck() throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            raw.request("GET", "/mailbox/pipedBoth?wait=60");
            client.awaitParked("mailbox/pipedBoth", 1);
            raw.post("/mailbox/pipedBoth", "text/plain", "x".getBytes(UTF_8));
            raw.patience(10_000).receive().assertStatus(200);
            raw.receive().assertStatus(201);
        }
    }

    @Test
    void aKeptConnectionCarriesManyPolls() throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            String cursor = "start";
            for (int i = 0; i < 100; i++) {
                raw.request("GET", "/mailbox/kept?after=" + cursor);
                client.publish("mailbox/kept", "m" + i);
                Reply reply = raw.receive();
                assertEquals(List.of("m" + i), reply.data());
                cursor = reply.cursor();
            }
        }
    }

    @Test
    void manyPollsParkOnOneHttp2Connection() {
        List<CompletableFuture<Reply>> parked = new ArrayList<>();
        try (Http2Client http2 = new Http2Client(server)) {
            for (int i = 0; i < 50; i++) {
                parked.add(http2.read("mailbox/h2m" + i));
            }
            for (int i = 0; i < 50; i++) {
                client.awaitParked("mailbox/h2m" + i, 1);
                client.publish("mailbox/h2m" + i, "m" + i);
            }
            for (int i = 0; i < 50; i++) {
                assertEquals(List.of("m" + i), TestClient.get(parked.get(i)).data());
            }
        }
    }

    @Test
    void aWishToGoOverToHttp2IsLeftAlone() throws IOException {
        String[] wish = {"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"};
        try (RawClient raw = RawClient.connect(server)) {
            raw.request("GET", "/health/live", wish).receive().assertStatus(200);
            raw.request("PRI", "/health/live", wish).receive().assertProblem(405, "method-not-allowed");
            raw.request("GET", "/health/live").receive().assertStatus(200);
        }
    }

    /** It has that wish on every new connection, and loses what comes right behind a 101. */
    @Test
    void javasClientMayBeGivenALargeAnswerFirst() throws Exception {
        client.publish("mailbox/large", "x".repeat(100_000)).assertStatus(201);
        HttpRequest read =
                HttpRequest.newBuilder(server.uri("mailbox/large?after=start")).build();
        for (int i = 0; i < 100; i++) {
            List<CompletableFuture<HttpResponse<byte[]>>> answers = Stream.generate(HttpClient::newHttpClient)
                    .limit(2)
                    .map(fresh -> fresh.sendAsync(read, BodyHandlers.ofByteArray()))
                    .toList();
            for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
                Reply reply = Reply.of(answer.get(5, TimeUnit.SECONDS));
                assertEquals(100_000, reply.data().get(0).length());
            }
        }
    }

    @Test
    void http2WithPriorKnowledgeIsUnderstood() throws Exception {
        assumeTrue(curl("--version").contains("HTTP2"), "a curl with HTTP/2");
        String box = server.uri("mailbox/prior").toString();
        String published =
                curl("-sS", "--http2-prior-knowledge", "-w", "%{http_version} %{http_code}", "-d", "hi", box);
        assertTrue(published.endsWith("2 201"), published);
        String read = curl("-sS", "--http2-prior-knowledge", "-H", "Accept: text/plain", box);
        assertEquals("hi", read);
        String refused = curl("-sS", "--http2-prior-knowledge", "-T", "-", box);
        assertTrue(refused.contains("\"status\":405"), refused);
    }

    private static String curl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "--max-time", "20"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor(20, TimeUnit.SECONDS);
        return output;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NONSENSE\r\n\r\n",
                "GET\r\n\r\n",
                "GET /mailbox/a HTTP/1.1\r\n\r\n",
                "GET /mailbox/a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /mailbox/a HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
                "GET /mailbox/a HTTP/1.1\r\nHost: a\r\nX: a\u0000b\r\n\r\n",
                "GET /mailbox/a HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n",
                "GET /mailbox/a HTTP/1.1\r\nHost: a b\r\n\r\n",
                "POST /mailbox/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /mailbox/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
                "POST /mailbox/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked, gzip\r\n\r\n"
            })
    void whatIsNoHttpIsRefused(String request) throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            raw.send(request).receive().assertProblem(400, "bad-request");
        }
        client.status("mailbox/a").assertStatus(404);
    }

    @ParameterizedTest
    @CsvSource({"HTTP/3.0, 505, version", "HTTP/2.0, 505, version", "HTTP/1.7, 505, version", "HTTP/x, 505, version"})
    void anotherVersionIsRefused(String version, int status, String code) throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            raw.send("GET /mailbox/a " + version + "\r\nHost: a\r\n\r\n")
                    .receive()
                    .assertProblem(status, code);
        }
    }

    @Test
    void headerLinesOf64KibAreRefused() throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            raw.request("GET", "/mailbox/a", "X-Large: " + "x".repeat(64 * 1024));
            raw.receive().assertProblem(431, "headers-too-large");
        }
    }

    @Test
    void aUrlOf64KibIsRefused() throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            raw.request("GET", "/mailbox/a?x=" + "x".repeat(64 * 1024));
            raw.receive().assertProblem(414, "url-too-long");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "CONNECT", "BREW", "PATCH", "LINK", "M-SEARCH"})
    void aMethodThatIsNotHereIsToldWhichAre(String method) throws IOException {
        for (String path : List.of("/mailbox/a", "/topic/a", "/broadcast", "/mailbox/a/status", "/health/live", "/")) {
            try (RawClient raw = RawClient.connect(server)) {
                Reply reply = raw.request(method, path, "Connection: close").receive();
                if (method.equals("CONNECT")) {
                    assertTrue(reply.status() >= 400 && reply.status() < 500, reply::toString);
                    continue;
                }
                reply.assertProblem(405, "method-not-allowed");
                assertTrue(reply.header("Allow").contains("GET"), reply::toString);
                assertTrue(reply.string("detail").contains("GET"), reply::toString);
            }
        }
    }
}
