// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one view does for whoever uses another: limits, receipts and presence are the same for all of them. */
final class ViewsIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path data;

    private static CompletableFuture<Reply> receipt(TestServer server) {
        CompletableFuture<Reply> receipt = new TestClient(server)
                .post("mailbox/bob?receipt=acked&wait=20", "text/plain", "hello".getBytes(StandardCharsets.UTF_8));
        await().atMost(SOON).until(() -> server.openPolls() == 1);
        return receipt;
    }

    @Test
    void anAckOnASocketIsAReceipt() {
        try (TestServer server = TestServer.start();
                TestSocket socket = TestSocket.open(server, "mailbox/bob?format=json")) {
            CompletableFuture<Reply> receipt = receipt(server);
            String id = socket.json().get("id").getAsString();
            assertFalse(receipt.isDone(), "to hand out is not to acknowledge");
            socket.send("{\"ack\":\"" + id + "\"}");
            assertTrue(TestClient.get(receipt)
                    .assertStatus(200)
                    .json()
                    .get("acked")
                    .getAsBoolean());
        }
    }

    @Test
    void aStreamThatComesBackWithItsCursorIsAReceipt() throws Exception {
        try (TestServer server = TestServer.start();
                StreamClient events = StreamClient.events(server, "/mailbox/bob")) {
            events.block();
            CompletableFuture<Reply> receipt = receipt(server);
            String id = events.event().lines().findFirst().orElseThrow().substring("id: ".length());
            assertFalse(receipt.isDone(), "to hand out is not to acknowledge");
            try (StreamClient again = StreamClient.events(server, "/mailbox/bob", "Last-Event-ID: " + id)) {
                assertEquals(200, again.status());
                assertTrue(TestClient.get(receipt)
                        .assertStatus(200)
                        .json()
                        .get("acked")
                        .getAsBoolean());
            }
        }
    }

    /** Nothing would ever come, and nobody could publish there to find out. */
    @Test
    void aReservedTopicThatTheServerNeverTellsIsNotWaitedFor() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient client = new TestClient(server);
            client.poll("topic/_news").assertProblem(403, "reserved-name");
            client.poll("topic/_news?limit=0").assertProblem(403, "reserved-name");
            client.poll("mailbox/alice?topic=news&topic=_news").assertProblem(403, "reserved-name");
            client.poll("topic/_news?format=ndjson").assertProblem(403, "reserved-name");
            client.poll("mailbox/alice?topic=_news&format=sse").assertProblem(403, "reserved-name");
            client.status("topic/_news").assertProblem(403, "reserved-name");
            client.head("topic/_news").assertStatus(403);
            client.poll("topic/_broadcast?wait=0").assertStatus(200);
        }
    }

    /** Out of rotation nobody could read any more, which is what makes space. */
    @Test
    void aFullServerIsReady() {
        try (TestServer server = TestServer.start("--store-messages=1")) {
            TestClient client = new TestClient(server);
            client.publish("mailbox/alice", "one").assertStatus(201);
            client.publish("mailbox/alice", "two").assertProblem(429, "store-full");
            client.poll("health/ready").assertStatus(200);
        }
        try (TestServer server = TestServer.start("--mailboxes=1")) {
            TestClient client = new TestClient(server);
            client.publish("mailbox/alice", "one").assertStatus(201);
            client.poll("mailbox/bob?wait=0").assertProblem(429, "too-many-mailboxes");
            client.poll("health/ready").assertStatus(200);
        }
    }

    @Test
    void pollsStreamsSocketsAndPublishersCountTogether() throws Exception {
        try (TestServer server = TestServer.start("--parked=4");
                TestSocket socket = TestSocket.open(server, "mailbox/a");
                StreamClient events = StreamClient.events(server, "/mailbox/b")) {
            TestClient client = new TestClient(server);
            assertEquals("", socket.subprotocol());
            assertEquals(200, events.status());
            CompletableFuture<Reply> receipt = receipt(server);
            CompletableFuture<Reply> poll = client.parkAs(1, "mailbox/c");
            client.poll("mailbox/d").assertProblem(503, "too-many-polls");
            client.publish("mailbox/d?receipt=acked", "x").assertProblem(503, "too-many-polls");
            try (RawSocket refused = RawSocket.open(server, "/mailbox/d")) {
                assertTrue(refused.head().startsWith("HTTP/1.1 503 "), refused::head);
            }
            client.publish("mailbox/c", "x");
            assertEquals(List.of("x"), TestClient.get(poll).data());
            assertEquals(List.of(), client.poll("mailbox/d?wait=0").data());
            assertFalse(receipt.isDone());
        }
    }

    @Test
    void whoReadsByStreamOrSocketIsOnlineAndPassingMailboxesAreNotToldOf() throws Exception {
        try (TestServer server = TestServer.start("--presence", "--data=" + data)) {
            TestClient client = new TestClient(server);
            try (TestSocket root = TestSocket.open(server, "");
                    TestSocket topic = TestSocket.open(server, "topic/_presence?format=json");
                    StreamClient watch = StreamClient.events(server, "/topic/_presence")) {
                watch.block();
                client.awaitParked("topic/_presence", 2);
                try (TestSocket socket = TestSocket.open(server, "mailbox/alice")) {
                    String alice = "{\"mailbox\":\"alice\",\"state\":\"online\"}";
                    assertTrue(watch.event().endsWith("data: " + alice + "\n"));
                    assertEquals(alice, topic.json().get("data").toString());
                    root.send("to all");
                    assertEquals("to all", socket.next());
                }
                try (StreamClient events = StreamClient.events(server, "/mailbox/bob")) {
                    assertEquals(200, events.status());
                    assertTrue(watch.event().endsWith("data: {\"mailbox\":\"bob\",\"state\":\"online\"}\n"));
                }
            }
        }
    }

    @Test
    void afterARestartPresenceBeginsAnewAndSaysSo() {
        String cursor;
        try (TestServer server = TestServer.start("--presence", "--data=" + data)) {
            TestClient client = new TestClient(server);
            client.poll("mailbox/alice?wait=0");
            cursor = client.poll("topic/_presence?after=start").cursor();
            server.drain();
        }
        try (TestServer server = TestServer.start("--presence", "--data=" + data)) {
            TestClient client = new TestClient(server);
            assertEquals(
                    List.of(), client.poll("topic/_presence?after=start&wait=0").data());
            Reply back = client.poll("topic/_presence?wait=0&after=" + cursor);
            assertEquals("{\"why\":\"retention\"}", back.json().get("gap").toString());
            CompletableFuture<Reply> watch = client.parkAs(1, "topic/_presence?after=" + back.cursor());
            client.poll("mailbox/alice?wait=0");
            assertEquals(
                    List.of("{\"mailbox\":\"alice\",\"state\":\"online\"}"),
                    TestClient.get(watch).data());
        }
    }
}
