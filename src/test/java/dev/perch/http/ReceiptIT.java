// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.ForwardClocks;
import dev.perch.TestServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code receipt=acked}: a publisher that waits until a reader has come back with a cursor past its message. */
final class ReceiptIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final ForwardClocks clocks = new ForwardClocks();
    private final TestServer server = TestServer.start(clocks.clocks(), "--parked=5", "--mailbox-messages=3");
    private final TestClient client = new TestClient(server);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void itAnswersWhenAReaderComesBackWithACursorPastTheMessage() {
        CompletableFuture<Reply> receipt = publish("mailbox/bob?receipt=acked&wait=20", "hello");
        awaitOpen(1);
        String cursor = client.poll("mailbox/bob").cursor();
        client.poll("mailbox/bob?after=now&wait=0");
        assertFalse(receipt.isDone(), "to hand out is not to acknowledge");
        client.poll("mailbox/bob?wait=0&after=" + cursor);
        Reply reply = TestClient.get(receipt).assertStatus(200);
        assertEquals("{\"id\":\"" + cursor + "\",\"acked\":true}\n", reply.text());
        assertEquals("application/json", reply.header("Content-Type"));
        assertEquals("no-store, no-transform", reply.header("Cache-Control"));
        assertEquals(0, server.openPolls());
    }

    @Test
    void oneThatParkedReaderHasAcknowledgedAtOnceIsAnsweredByItsNextRead() {
        String start = client.poll("mailbox/bob?wait=0").cursor();
        CompletableFuture<Reply> parked = client.parkAs(1, "mailbox/bob?after=" + start);
        CompletableFuture<Reply> receipt = publish("mailbox/bob?receipt=acked&wait=20", "hello");
        String cursor = TestClient.get(parked).cursor();
        client.parkAs(1, "mailbox/bob?after=" + cursor);
        assertTrue(TestClient.get(receipt).assertStatus(200).json().get("acked").getAsBoolean());
    }

    @Test
    void whenTheWaitIsOverItIs202AndTheMessageStays() {
        Reply late = TestClient.get(publish("mailbox/bob?receipt=acked&wait=1", "hello"));
        String id = late.assertStatus(202).string("id");
        assertEquals("{\"id\":\"" + id + "\",\"acked\":false,\"ended\":\"wait\"}\n", late.text());
        assertEquals(List.of("hello"), client.poll("mailbox/bob").data());
        Reply none = TestClient.get(publish("mailbox/bob?receipt=acked&wait=0", "again"));
        assertFalse(none.assertStatus(202).json().get("acked").getAsBoolean());
    }

    @Test
    void readersWithoutCursorsAndWatchersDoNotAcknowledge() {
        CompletableFuture<Reply> receipt = publish("mailbox/bob?receipt=acked&wait=1", "hello");
        awaitOpen(1);
        String cursor = client.poll("mailbox/bob").cursor();
        client.poll("mailbox/bob?wait=0");
        client.poll("mailbox/bob?wait=0&after=" + cursor + "-w");
        assertEquals("wait", TestClient.get(receipt).assertStatus(202).string("ended"));
    }

    @Test
    void oneAcknowledgementAnswersAllThatItCoversAndNoOther() {
        CompletableFuture<Reply> first = publish("mailbox/bob?receipt=acked&wait=20", "1");
        awaitOpen(1);
        CompletableFuture<Reply> second = publish("mailbox/bob?receipt=acked&wait=20", "2");
        awaitOpen(2);
        CompletableFuture<Reply> third = publish("mailbox/bob?receipt=acked&wait=20", "3");
        awaitOpen(3);
        String cursor = client.poll("mailbox/bob?limit=2").cursor();
        client.poll("mailbox/bob?wait=0&after=" + cursor);
        TestClient.get(first).assertStatus(200);
        assertEquals(cursor, TestClient.get(second).assertStatus(200).string("id"));
        awaitOpen(1);
        assertFalse(third.isDone());
    }

    @Test
    void aRetryWithTheSameKeyWaitsForTheSameMessage() {
        CompletableFuture<Reply> first = publish("mailbox/bob?receipt=acked&wait=20&key=k", "once");
        awaitOpen(1);
        CompletableFuture<Reply> retry = publish("mailbox/bob?receipt=acked&wait=20&key=k", "once");
        awaitOpen(2);
        client.poll("mailbox/bob?wait=0&after=" + client.poll("mailbox/bob").cursor());
        assertEquals(
                TestClient.get(first).assertStatus(200).text(),
                TestClient.get(retry).assertStatus(200).text());
    }

    @Test
    void aBatchIsAcknowledgedWithItsLastMessage() {
        CompletableFuture<Reply> receipt = client.post(
                "mailbox/bob?receipt=acked&wait=20", "application/x-ndjson", "1\n2\n".getBytes(StandardCharsets.UTF_8));
        awaitOpen(1);
        String one = client.poll("mailbox/bob?limit=1").cursor();
        String two = client.poll("mailbox/bob?wait=0&after=" + one).cursor();
        assertFalse(receipt.isDone());
        client.poll("mailbox/bob?wait=0&after=" + two);
        assertEquals(
                "{\"id\":\"" + two + "\",\"count\":2,\"acked\":true}\n",
                TestClient.get(receipt).text());
    }

    @Test
    void itEndsWhenTheMailboxIsRemovedAndWhenTheServerDrains() throws Exception {
        CompletableFuture<Reply> removed = publish("mailbox/bob?receipt=acked&wait=20", "hello");
        awaitOpen(1);
        client.remove("mailbox/bob");
        assertEquals("deleted", TestClient.get(removed).assertStatus(202).string("ended"));
        CompletableFuture<Reply> drained = publish("mailbox/bob?receipt=acked&wait=20", "hello");
        awaitOpen(1);
        CompletableFuture<Void> drain = CompletableFuture.runAsync(server::drain);
        Reply reply = TestClient.get(drained).assertStatus(202);
        assertEquals("drain", reply.string("ended"));
        assertEquals("close", reply.header("Connection"));
        drain.get(10, TimeUnit.SECONDS);
    }

    @Test
    void aPublisherThatGoesAwayIsNoticed() throws Exception {
        try (RawClient raw = RawClient.connect(server)) {
            raw.post("/mailbox/bob?receipt=acked&wait=100", "text/plain", "hello".getBytes(StandardCharsets.UTF_8));
            awaitOpen(1);
        }
        awaitOpen(0);
        assertTrue(client.poll("metrics").text().contains("perch_receipts_total{by=\"gone\"} 1.0"));
        assertEquals(List.of("hello"), client.poll("mailbox/bob").data());
    }

    @Test
    void whatCannotHaveOneIsToldSo() {
        for (String wrong : List.of(
                "topic/news?receipt=acked",
                "broadcast?receipt=acked",
                "mailbox/bob?receipt=read",
                "mailbox/bob?receipt=acked&reply=1",
                "mailbox/bob?receipt=acked&wait=soon")) {
            client.publish(wrong, "x").assertProblem(400, "bad-parameter");
        }
        assertEquals(404, client.status("mailbox/bob").status(), "nothing was stored");
    }

    @Test
    void aRefusedMessageIsRefusedAtOnceAndTakesNoPlace() {
        client.publish("mailbox/bob?receipt=acked", "application/json", "{").assertProblem(400, "bad-body");
        for (int i = 0; i < 3; i++) {
            client.publish("mailbox/bob", "x");
        }
        client.publish("mailbox/bob?receipt=acked", "x").assertProblem(429, "mailbox-full");
        assertEquals(0, server.openPolls());
    }

    @Test
    void publishersThatWaitCountAmongTheParkedPolls() {
        List<CompletableFuture<Reply>> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(publish("mailbox/m" + i + "?receipt=acked&wait=60", "x"));
        }
        awaitOpen(5);
        client.publish("mailbox/more?receipt=acked", "x").assertProblem(503, "too-many-polls");
        assertEquals(404, client.status("mailbox/more").status(), "nothing was stored");
        client.poll("mailbox/more").assertProblem(503, "too-many-polls");
        client.publish("mailbox/more", "x").assertStatus(201);
        assertTrue(client.poll("metrics").text().contains("perch_polls_parked{kind=\"receipt\"} 5.0"));
        clocks.pass(Duration.ofSeconds(60));
        waiting.forEach(each -> TestClient.get(each).assertStatus(202));
    }

    private CompletableFuture<Reply> publish(String path, String text) {
        return client.post(path, "text/plain", text.getBytes(StandardCharsets.UTF_8));
    }

    private void awaitOpen(int count) {
        await().atMost(SOON).pollInterval(Duration.ofMillis(5)).until(() -> server.openPolls() == count);
    }
}
