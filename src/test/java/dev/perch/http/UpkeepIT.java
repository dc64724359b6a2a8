// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Follow, leave, status, remove, and the methods that only ask. */
final class UpkeepIT {
    private static TestServer server;
    private static TestClient client;

    @BeforeAll
    static void start() {
        server = TestServer.start("--mailbox-topics=3");
        client = new TestClient(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aMailboxThatFollowsATopicGetsWhatComesFromThenOn() {
        client.publish("topic/f1", "before");
        Reply follow = client.follow("follower", "f1").assertStatus(200);
        assertEquals("follower", follow.string("mailbox"));
        assertEquals("f1", follow.string("topic"));
        client.publish("topic/f1", "after");
        assertEquals(List.of("after"), client.poll("mailbox/follower").data());
        assertEquals(
                follow.string("since"),
                client.follow("follower", "f1?after=start").string("since"));
    }

    @Test
    void followingFromTheStartOrACursorBringsWhatTheTopicKeeps() {
        String first = client.publish("topic/f2", "one").string("id");
        client.publish("topic/f2", "two");
        client.follow("early", "f2?after=start").assertStatus(200);
        assertEquals(List.of("one", "two"), client.poll("mailbox/early").data());
        assertEquals(first, client.follow("between", "f2?after=" + first).string("since"));
        assertEquals(List.of("two"), client.poll("mailbox/between").data());
        client.follow("bad", "f2?after=nonsense").assertProblem(400, "bad-parameter");
    }

    @Test
    void aParkedReadSeesWhatIsFollowedAndLeftMeanwhile() {
        CompletableFuture<Reply> parked = client.parkAs(1, "mailbox/changing");
        client.follow("changing", "f3");
        client.leave("changing", "f3").assertStatus(204);
        client.follow("changing", "f4");
        client.publish("topic/f3", "left");
        client.publish("topic/f4", "followed");
        assertEquals(List.of("followed"), TestClient.get(parked).data());
    }

    @Test
    void leavingWhatIsNotFollowedChangesNothing() {
        client.leave("nobody", "f5").assertStatus(204);
        client.status("mailbox/nobody").assertProblem(404, "not-found");
        client.poll("mailbox/somebody?wait=0");
        client.leave("somebody", "f5").assertStatus(204);
        client.follow("somebody", "f6");
        client.leave("somebody", "f5").assertStatus(204);
        client.leave("somebody", "f6").assertStatus(204);
        client.leave("somebody", "f6").assertStatus(204);
    }

    @Test
    void aMailboxFollowsNoMoreThanItMay() {
        for (int i = 0; i < 3; i++) {
            client.follow("greedy", "g" + i).assertStatus(200);
        }
        client.follow("greedy", "g3").assertProblem(409, "too-many-topics");
        client.poll("mailbox/greedy?topic=a&topic=b&topic=c&topic=d").assertProblem(400, "bad-parameter");
    }

    @Test
    void theStatusOfAMailboxTellsWhatItHoldsAndWhoFollowsWhat() {
        client.status("mailbox/told").assertProblem(404, "not-found");
        client.follow("told", "t1");
        client.publish("mailbox/told", "abc");
        Reply status = client.status("mailbox/told").assertStatus(200);
        assertEquals(1, status.json().get("messages").getAsInt());
        assertEquals(3, status.json().get("bytes").getAsInt());
        assertEquals(0, status.json().get("parked").getAsInt());
        assertFalse(status.json().get("online").getAsBoolean());
        assertTrue(status.json().getAsJsonObject("follows").has("t1"));
        client.poll("mailbox/told");
        assertTrue(client.status("mailbox/told").json().get("online").getAsBoolean());
        client.status("topic/nothing").assertProblem(404, "not-found");
        Reply topic = client.status("topic/t1").assertStatus(200);
        assertEquals("told", topic.json().getAsJsonArray("followers").get(0).getAsString());
    }

    @Test
    void removingIsPossibleAgainAndAgain() {
        client.publish("mailbox/removed", "x");
        client.remove("mailbox/removed").assertStatus(204);
        client.remove("mailbox/removed").assertStatus(204);
        client.remove("topic/removed").assertStatus(204);
        assertEquals(List.of(), client.poll("mailbox/removed?wait=0").data());
    }

    @Test
    void headTellsThePositionAndHandsOutNothing() {
        client.publish("mailbox/headed", "x");
        Reply head = client.head("mailbox/headed").assertStatus(200);
        assertEquals('"' + head.cursor() + '"', head.header("ETag"));
        assertFalse(head.cursor().isEmpty());
        assertEquals(
                List.of("x"),
                client.poll("mailbox/headed?after=" + head.cursor()).data());
        client.head("mailbox/notMade").assertStatus(200);
        client.status("mailbox/notMade").assertStatus(404);
        client.head("topic/headed").assertStatus(200);
        client.head("broadcast").assertStatus(200);
        client.head("mailbox/headed/status").assertStatus(200);
        client.head("mailbox/notMade/status").assertStatus(404);
    }

    @ParameterizedTest
    @CsvSource({"Sec-Purpose, prefetch", "Sec-Purpose, prefetch;prerender", "Purpose, prefetch", "X-Moz, prefetch"})
    void aPrefetchHandsOutNothing(String header, String value) {
        client.remove("mailbox/fetched");
        client.publish("mailbox/fetched", "x");
        Reply reply = client.poll("mailbox/fetched", header, value).assertStatus(204);
        assertFalse(reply.header("ETag").isEmpty());
        assertEquals(List.of("x"), client.poll("mailbox/fetched?wait=0").data());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mailbox/a | GET, HEAD, POST, DELETE, OPTIONS",
                "topic/a | GET, HEAD, POST, DELETE, OPTIONS",
                "broadcast | GET, HEAD, POST, OPTIONS",
                "mailbox/a/status | GET, HEAD, OPTIONS",
                "mailbox/a/topic/b | PUT, DELETE, OPTIONS"
            })
    void optionsAndEveryRefusalNameTheMethods(String path, String allow) {
        assertEquals(allow, client.request("OPTIONS", path).assertStatus(204).header("Allow"));
        for (String method : List.of("PATCH", "PROPFIND", "BREW", "get")) {
            Reply refused = client.request(method, path).assertProblem(405, "method-not-allowed");
            assertEquals(allow, refused.header("Allow"));
            assertTrue(refused.string("detail").contains(allow), refused::text);
        }
    }

    @Test
    void uploadingWithPutIsToldToPost() {
        Reply refused = client.request("PUT", "mailbox/a").assertProblem(405, "method-not-allowed");
        assertTrue(refused.string("detail").contains("POST"), refused::text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"mailbox", "topic", "nowhere", "mailbox/a/b", "mailbox/a/topic", "topic/a/topic/b", "health/x"})
    void anUnknownPathIsToldWhatThereIs(String path) {
        Reply refused = client.poll(path).assertProblem(404, "not-found");
        assertTrue(refused.string("detail").contains("/mailbox/{name}"), refused::text);
    }

    @Test
    void theServerSaysThatItLivesAndIsReady() {
        client.poll("health/live").assertStatus(200);
        client.poll("health/ready").assertStatus(200);
        assertTrue(client.poll("metrics").assertStatus(200).text().contains("perch_publishes_total"));
    }
}
