// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.ForwardClocks;
import dev.perch.TestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is online and since when, with clocks that go on by themselves and can be set forward. */
final class PresenceIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String ONLINE = "{\"mailbox\":\"alice\",\"state\":\"online\"}";
    private static final String OFFLINE = "{\"mailbox\":\"alice\",\"state\":\"offline\"}";

    private final ForwardClocks clocks = new ForwardClocks();
    private TestServer server = start("--presence", "--presence-linger=60");
    private TestClient client = new TestClient(server);

    private TestServer start(String... options) {
        return TestServer.start(clocks.clocks(), options);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void theStatusSaysSinceWhenAMailboxIsOnlineOrNot() {
        long before = millis();
        client.publish("mailbox/alice", "x");
        long made = since(false);
        assertTrue(made >= before && made <= millis(), () -> before + " " + made);
        clocks.pass(Duration.ofMinutes(5));
        assertEquals(made, since(false));
        client.poll("mailbox/alice");
        long came = since(true);
        assertTrue(came >= made + 300_000, () -> made + " " + came);
        client.poll("mailbox/alice?wait=0");
        assertEquals(came, since(true), "a further read changes nothing");
        clocks.pass(Duration.ofSeconds(61));
        awaitOffline();
        long went = since(false);
        assertTrue(went >= came + 60_000 && went <= millis(), () -> came + " " + went);
    }

    @Test
    void theTopicTellsWhoComesAndGoesAndAPollerDoesNotFlicker() {
        String cursor = client.poll("topic/_presence?wait=0").cursor();
        CompletableFuture<Reply> watch = client.parkAs(1, "topic/_presence?after=" + cursor);
        client.poll("mailbox/alice?wait=0");
        Reply came = TestClient.get(watch);
        assertEquals(List.of(ONLINE), came.data());
        assertEquals("_presence", came.messages().get(0).get("topic").getAsString());
        for (int i = 0; i < 5; i++) {
            clocks.pass(Duration.ofSeconds(50));
            client.poll("mailbox/alice?wait=0");
        }
        clocks.pass(Duration.ofSeconds(61));
        Reply went = client.poll("topic/_presence?after=" + came.cursor());
        assertEquals(List.of(OFFLINE), went.data());
        client.poll("mailbox/alice?wait=0");
        assertEquals(List.of(ONLINE, OFFLINE, ONLINE), told(3));
    }

    @Test
    void aMailboxIsOnlineWhileOneOfItsReadersIs() {
        String cursor = client.poll("mailbox/alice?wait=0").cursor();
        CompletableFuture<Reply> first = client.parkAs(1, "mailbox/alice?wait=120&after=" + cursor);
        CompletableFuture<Reply> second = client.parkAs(2, "mailbox/alice?wait=20&after=" + cursor + "-w");
        clocks.pass(Duration.ofSeconds(70));
        TestClient.get(second);
        assertFalse(first.isDone());
        assertTrue(since(true) > 0);
        clocks.pass(Duration.ofSeconds(60));
        TestClient.get(first);
        assertTrue(since(true) > 0);
        clocks.pass(Duration.ofSeconds(61));
        awaitOffline();
        assertEquals(List.of(ONLINE, OFFLINE), told(2));
    }

    @Test
    void aRemovedMailboxIsOfflineAtOnceAndOnlineAgainWhenItIsReadAgain() {
        CompletableFuture<Reply> parked = client.parkAs(1, "mailbox/alice");
        client.remove("mailbox/alice");
        TestClient.get(parked);
        assertEquals(List.of(ONLINE, OFFLINE), told(2));
        client.poll("mailbox/alice?wait=0");
        assertEquals(List.of(ONLINE, OFFLINE, ONLINE), told(3));
        assertTrue(since(true) > 0);
    }

    @Test
    void aMailboxFollowsItAndAReadNamesIt() {
        client.follow("bob", "_presence").assertStatus(200);
        String cursor = client.poll("mailbox/carol?topic=_presence&wait=0").cursor();
        client.poll("mailbox/alice?wait=0");
        await().atMost(SOON)
                .until(() ->
                        client.poll("mailbox/bob?after=start&wait=1").data().contains(ONLINE));
        assertTrue(client.poll("mailbox/carol?topic=_presence&after=" + cursor).data().stream()
                .anyMatch(ONLINE::equals));
        client.leave("bob", "_presence").assertStatus(204);
        assertFalse(client.status("topic/_presence")
                .json()
                .get("followers")
                .toString()
                .contains("bob"));
    }

    @Test
    void reservedMailboxesAreNotToldOf() {
        client.poll("health/ready").assertStatus(200);
        client.poll("mailbox/alice?wait=0");
        assertEquals(List.of(ONLINE), told(1));
    }

    @Test
    void whatReadsNothingMakesNobodyOnline() {
        client.publish("mailbox/alice", "x");
        client.head("mailbox/alice");
        client.follow("alice", "news");
        client.poll("topic/news?wait=0");
        since(false);
        client.poll("mailbox/bob?wait=0");
        assertEquals(List.of(ONLINE.replace("alice", "bob")), told(1));
    }

    @Test
    void nobodyOutsidePublishesOnIt() {
        client.publish("topic/_presence", OFFLINE).assertProblem(403, "reserved-name");
        client.remove("topic/_presence").assertProblem(403, "reserved-name");
    }

    @Test
    void withoutTheOptionItIsNotThere() {
        server.close();
        server = start();
        client = new TestClient(server);
        client.poll("topic/_presence").assertProblem(404, "not-found");
        client.poll("mailbox/alice?topic=_presence").assertProblem(404, "not-found");
        client.poll("topic/_presence?format=sse").assertProblem(404, "not-found");
        client.follow("alice", "_presence").assertProblem(404, "not-found");
        client.status("topic/_presence").assertProblem(404, "not-found");
        client.head("topic/_presence").assertStatus(404);
        client.publish("topic/_presence", "x").assertProblem(403, "reserved-name");
        client.poll("mailbox/alice?wait=0");
        assertTrue(since(true) > 0);
        clocks.pass(Duration.ofSeconds(11));
        awaitOffline();
        assertTrue(client.poll("metrics").text().contains("perch_store_messages 0.0"), "nothing is told");
    }

    @Test
    void manyThatComeAtOnceAreAllToldOf() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 250; i++) {
                RawClient raw = RawClient.connect(server);
                clients.add(raw);
                raw.request("GET", "/mailbox/m" + i + "?wait=120");
            }
            assertEquals(250, told(250).stream().distinct().count());
            clocks.pass(Duration.ofSeconds(121));
            await().atMost(SOON).until(() -> server.openPolls() == 0);
            clocks.pass(Duration.ofSeconds(61));
            assertEquals(500, told(500).stream().distinct().count());
        } finally {
            for (RawClient raw : clients) {
                raw.close();
            }
        }
    }

    private long millis() {
        return clocks.now().toEpochMilli();
    }

    private long since(boolean online) {
        Reply status = client.status("mailbox/alice").assertStatus(200);
        assertEquals(online, status.json().get("online").getAsBoolean(), status::text);
        return status.json().get("since").getAsLong();
    }

    private void awaitOffline() {
        await().atMost(SOON)
                .until(() ->
                        !client.status("mailbox/alice").json().get("online").getAsBoolean());
    }

    /** All that was told so far, which must be so many messages. */
    private List<String> told(int count) {
        String path = "topic/_presence?after=start&limit=1000&wait=0";
        await().atMost(SOON).until(() -> client.poll(path).data().size() >= count);
        List<String> told = client.poll(path).data();
        assertEquals(count, told.size(), told::toString);
        return told;
    }
}
