// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.ChildServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Readers of a message for whose JSON form the server has not enough memory; as text there is enough. */
final class ScarceMemoryIT {
    /** Each of these bytes is six in JSON. */
    private static final byte[] LARGE = new byte[20_000_000];

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static ChildServer server;

    @BeforeAll
    static void start() throws IOException {
        Arrays.fill(LARGE, (byte) 1);
        server = ChildServer.start(
                "--memory", "--body=" + LARGE.length, "--mailbox-bytes=25000000", "--topic-bytes=25000000");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpRequest.Builder request(String path) {
        URI uri = server.uri().resolve(path);
        return HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).version(HttpClient.Version.HTTP_1_1);
    }

    private static Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return Reply.of(HTTP.send(request.build(), BodyHandlers.ofByteArray()));
    }

    private static Reply publish(String path) throws IOException, InterruptedException {
        Reply stored = send(request(path).header("Content-Type", "text/plain").POST(BodyPublishers.ofByteArray(LARGE)));
        return stored.assertStatus(201);
    }

    /** What could not be shown is there for a reader without a cursor, and gone when that has it. */
    private static void assertHandedBack(String mailbox) throws IOException, InterruptedException {
        Reply whole = send(request(mailbox + "?format=text&wait=5")).assertStatus(200);
        assertEquals(LARGE.length, whole.body().length);
        send(request(mailbox).DELETE()).assertStatus(204);
    }

    private static void assertFault(Reply reply) {
        reply.assertProblem(500, "internal");
        assertEquals("", reply.header("ETag"));
        assertEquals("", reply.cursor());
    }

    @Test
    void aPollIsToldAndItsMessageStaysForTheNext() throws Exception {
        publish("/mailbox/polled");
        assertFault(send(request("/mailbox/polled")));
        assertHandedBack("/mailbox/polled");
    }

    @Test
    void aPollThatWaitsIsToldAndThePublisherNotKeptFromItsAnswer() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> waiting =
                HTTP.sendAsync(request("/mailbox/waited").build(), BodyHandlers.ofByteArray());
        await().until(() -> send(request("/mailbox/waited/status")).text().contains("\"parked\":1"));
        assertEquals(1, publish("/mailbox/waited").json().get("woken").getAsInt());
        assertFault(Reply.of(waiting.get()));
        assertHandedBack("/mailbox/waited");
    }

    @Test
    void aStreamIsBrokenOff() throws Exception {
        publish("/mailbox/streamed");
        assertThrows(IOException.class, () -> send(request("/mailbox/streamed?format=ndjson")));
        assertHandedBack("/mailbox/streamed");
    }

    @Test
    void aSocketIsClosed() throws Exception {
        publish("/mailbox/socket");
        try (RawSocket socket = RawSocket.open(RawClient.connect(server), "/mailbox/socket?format=json")) {
            assertEquals(1011, socket.receive().closeCode());
        }
        assertHandedBack("/mailbox/socket");
        assertTrue(server.logged().contains("OutOfMemoryError"));
    }
}
