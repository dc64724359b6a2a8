// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.perch.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures of the server on the topic {@code _stats}. */
final class MonitorIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path data;

    private TestServer server = TestServer.start("--monitor");
    private TestClient client = new TestClient(server);

    private void restart(String... options) {
        server.close();
        server = TestServer.start(options);
        client = new TestClient(server);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void whoWatchesIsToldEverySecond() {
        Reply first = client.poll("topic/_stats");
        Reply second = client.poll("topic/_stats?after=" + first.cursor());
        JsonObject before = figures(first);
        JsonObject after = figures(second);
        assertTrue(after.get("uptime").getAsLong() > before.get("uptime").getAsLong(), () -> before + "\n" + after);
        assertTrue(second.messages().get(0).get("time").getAsLong()
                > first.messages().get(0).get("time").getAsLong());
    }

    @Test
    void publishesAndDeliveriesAreCountedWithTheirDelay() {
        CompletableFuture<Reply> alice = client.parkAs(1, "mailbox/alice");
        client.publish("mailbox/alice", "x");
        assertEquals(1, TestClient.get(alice).messages().size());
        client.publish("topic/news", "y");
        List<JsonObject> told = told();
        assertEquals(2, sum(told, figures -> figures.get("publishes").getAsLong()));
        assertEquals(1, sum(told, figures -> figures.get("deliveries").getAsLong()));
        assertEquals(1, sum(told, figures -> sum(figures.getAsJsonArray("delays"))));
        JsonObject newest = told.get(told.size() - 1);
        assertEquals(2, newest.getAsJsonObject("total").get("publishes").getAsLong());
        assertEquals(1, newest.getAsJsonObject("total").get("deliveries").getAsLong());
        assertEquals(13, newest.getAsJsonArray("delays").size());
    }

    @Test
    void whatASocketIsGivenIsCountedWithItsDelay() {
        try (TestSocket socket = TestSocket.open(server, "mailbox/bob?format=json")) {
            await().atMost(SOON).until(() -> server.openSockets() == 1);
            client.publish("mailbox/bob", "x");
            assertTrue(socket.next().contains("\"data\":\"x\""));
            assertEquals(1, sum(told(), figures -> sum(figures.getAsJsonArray("delays"))));
            assertEquals(1, waiting("socket"));
        }
    }

    @Test
    void whatWaitsIsCountedByItsKind() {
        CompletableFuture<Reply> bare = client.parkAs(1, "mailbox/alice");
        String cursor = client.poll("mailbox/bob?wait=0").cursor();
        CompletableFuture<Reply> one = client.parkAs(1, "mailbox/bob?after=" + cursor);
        CompletableFuture<Reply> topic = client.parkAs(1, "topic/news");
        await().atMost(SOON)
                .until(() -> "1 1 1".equals(waiting("bare") + " " + waiting("cursor") + " " + waiting("topic")));
        assertTrue(newest().get("connections").getAsLong() >= 3);
        assertEquals(2, newest().get("mailboxes").getAsLong());
        client.publish("broadcast", "the end");
        client.publish("topic/news", "the end");
        TestClient.get(bare);
        TestClient.get(one);
        TestClient.get(topic);
    }

    @Test
    void refusalsAreCountedByTheirReason() {
        client.publish("mailbox/_reserved", "x").assertProblem(403, "reserved-name");
        client.publish("mailbox/alice", "application/json", "{").assertProblem(400, "bad-body");
        List<JsonObject> told = told();
        JsonObject total = told.get(told.size() - 1).getAsJsonObject("total");
        assertEquals(
                "{\"bad-body\":1,\"reserved-name\":1}", total.get("refusals").toString());
        for (String reason : List.of("bad-body", "reserved-name")) {
            assertEquals(
                    1,
                    told.stream()
                            .filter(figures ->
                                    figures.getAsJsonObject("refusals").has(reason))
                            .count());
        }
    }

    @Test
    void storeAndProcessAreMeasured() {
        client.publish("mailbox/alice", "x".repeat(10_000));
        await().atMost(SOON)
                .until(() -> newest().getAsJsonObject("store").get("bytes").getAsLong() >= 10_000);
        JsonObject told = newest();
        JsonObject store = told.getAsJsonObject("store");
        assertTrue(store.get("memory").getAsLong() <= store.get("limit").getAsLong(), store::toString);
        JsonObject heap = told.getAsJsonObject("heap");
        assertTrue(heap.get("used").getAsLong() > 0, heap::toString);
        assertTrue(heap.get("used").getAsLong() <= heap.get("max").getAsLong(), heap::toString);
        assertTrue(told.get("processor").getAsLong() <= 100, told::toString);
        if (told.has("resident")) {
            assertTrue(told.get("resident").getAsLong() > heap.get("used").getAsLong() / 2, told::toString);
        }
    }

    @Test
    void nothingOfItIsWritten() {
        restart("--monitor", "--data=" + data.resolve("store"));
        newest();
        restart("--data=" + data.resolve("store"));
        assertTrue(client.poll("metrics").text().contains("perch_store_messages 0.0"));
        client.publish("mailbox/alice", "x").assertStatus(201);
    }

    @Test
    void aMailboxFollowsIt() {
        client.follow("alice", "_stats").assertStatus(200);
        assertEquals(
                "_stats",
                client.poll("mailbox/alice").messages().get(0).get("topic").getAsString());
    }

    @Test
    void nobodyOutsidePublishesOnIt() {
        client.publish("topic/_stats", "{}").assertProblem(403, "reserved-name");
        client.remove("topic/_stats").assertProblem(403, "reserved-name");
    }

    @Test
    void withoutTheOptionItIsNotThere() {
        restart();
        Reply refused = client.poll("topic/_stats").assertProblem(404, "not-found");
        assertTrue(refused.text().contains("--monitor"), refused::text);
        client.poll("mailbox/alice?topic=_stats").assertProblem(404, "not-found");
        client.follow("alice", "_stats").assertProblem(404, "not-found");
        client.status("topic/_stats").assertProblem(404, "not-found");
        client.head("topic/_stats").assertStatus(404);
        client.publish("topic/_stats", "x").assertProblem(403, "reserved-name");
    }

    private static JsonObject figures(Reply reply) {
        return reply.messages().get(0).getAsJsonObject("data");
    }

    private long waiting(String kind) {
        return newest().getAsJsonObject("waiting").get(kind).getAsLong();
    }

    /** What was told last. Waits for the first time. */
    private JsonObject newest() {
        var messages = client.poll("topic/_stats?after=start&limit=1000&wait=5").messages();
        return messages.get(messages.size() - 1).getAsJsonObject("data");
    }

    /**
     * Everything that was told, and that after now; nothing has been read of it before, which would be counted, too.
     */
    private List<JsonObject> told() {
        long before = size();
        await().atMost(SOON).until(() -> size() >= before + 2);
        return client.poll("topic/_stats?after=start&limit=1000&wait=0").messages().stream()
                .map(message -> message.getAsJsonObject("data"))
                .toList();
    }

    private long size() {
        Reply status = client.status("topic/_stats");
        return status.status() == 404 ? 0 : status.json().get("messages").getAsLong();
    }

    private static long sum(List<JsonObject> told, ToLongFunction<JsonObject> figure) {
        return told.stream().mapToLong(figure).sum();
    }

    private static long sum(JsonArray numbers) {
        long sum = 0;
        for (JsonElement number : numbers) {
            sum += number.getAsLong();
        }
        return sum;
    }
}
