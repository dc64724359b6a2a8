// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which a request can carry a cursor, and cursors that lead nowhere. */
final class CursorIT {
    private static TestServer server;
    private static TestClient client;

    private String box;
    private String one;
    private String two;
    private String three;

    @BeforeAll
    static void start() {
        server = TestServer.start("--topic-messages=3", "--mailbox-messages=3");
        client = new TestClient(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void threeMessages(TestInfo test) {
        box = "mailbox/" + test.getTestMethod().orElseThrow().getName();
        client.remove(box);
        one = client.publish(box, "one").string("id");
        two = client.publish(box, "two").string("id");
        three = client.publish(box, "three").string("id");
    }

    private static void assertAfterOne(Reply reply) {
        assertEquals(List.of("two", "three"), reply.assertStatus(200).data());
        assertNull(reply.gap());
    }

    @Test
    void afterGivesWhatFollowsAndTheSameCursorTheSameAgain() {
        assertAfterOne(client.poll(box + "?after=" + one));
        assertAfterOne(client.poll(box + "?after=" + one));
        assertEquals(List.of("three"), client.poll(box + "?after=" + two).data());
        assertEquals(List.of(), client.poll(box + "?wait=0&after=" + three).data());
    }

    @Test
    void theHeaderOfAnEventSourceCarriesIt() {
        assertAfterOne(client.poll(box, "Last-Event-ID", one));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lastEventId", "last_event_id"})
    void theParameterOfAPolyfillCarriesIt(String parameter) {
        assertAfterOne(client.poll(box + "?" + parameter + "=" + one));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"%s\"",
                "%s",
                "W/\"%s\"",
                "\"%s-gzip\"",
                "W/\"%s-gzip\"",
                "\"%s--gzip\"",
                "\"%s-br\"",
                "\"%s;br\"",
                "\"%s-zstd\"",
                "\"%s-deflate\"",
                "\"%s\"-gzip",
                "\"%s\", \"other\""
            })
    void anEntityTagCarriesItWhateverProxiesAdd(String form) {
        assertAfterOne(client.poll(box, "If-None-Match", String.format(form, one)));
    }

    @Test
    void theEntityTagOfAWatcherKeepsItsMark() {
        String cursor = client.poll(box + "?wait=0&after=now").cursor();
        assertTrue(cursor.endsWith("-w"));
        client.publish(box, "four").assertStatus(429);
        client.poll(box + "?after=" + two);
        client.publish(box, "four").assertStatus(201);
        for (String tag : List.of("\"" + cursor + "\"", "W/\"" + cursor + "-gzip\"", "\"" + cursor + ";br\"")) {
            Reply reply = client.poll(box, "If-None-Match", tag);
            assertEquals(List.of("four"), reply.data());
            assertTrue(reply.cursor().endsWith("-w"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "*", "W/\"\""})
    void anEntityTagThatNamesNothingIsNoCursor(String tag) {
        assertEquals(
                List.of("one", "two", "three"),
                client.poll(box, "If-None-Match", tag).data());
        assertEquals(
                List.of(), client.poll(box + "?wait=0", "If-None-Match", tag).data());
    }

    @Test
    void theFirstCarrierInTheOrderWins() {
        String query = box + "?wait=0&lastEventId=" + two + "&last_event_id=" + three + "&after=" + three;
        assertAfterOne(client.poll(query, "Last-Event-ID", one, "If-None-Match", '"' + three + '"'));
        assertEquals(
                List.of("three"),
                client.poll(query, "If-None-Match", '"' + one + '"').data());
        assertEquals(
                List.of("three"),
                client.poll(box + "?last_event_id=" + two + "&after=" + one).data());
        assertAfterOne(client.poll(box + "?after=" + one, "If-None-Match", '"' + three + '"'));
    }

    @Test
    void theEntityTagOfCurlDoesNotHinderStart() {
        client.poll(box + "?after=" + three + "&wait=0");
        Reply reply = client.poll(box + "?after=start", "If-None-Match", '"' + three + '"');
        assertEquals(List.of("one", "two", "three"), reply.data());
        assertNull(reply.gap());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "k3", "k3.", ".5", "k3.-1", "k3.1-x", "k3.1.1", "%00", "a%20b", "k3.01"})
    void aMalformedAfterIsRefused(String after) {
        client.poll(box + "?after=" + after).assertProblem(400, "bad-parameter");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "17", "k3.99999999999999999999999", "-"})
    void aMalformedHeaderIsAnotherEpoch(String value) {
        for (String carrier : List.of("Last-Event-ID", "If-None-Match")) {
            Reply reply = client.poll(box, carrier, value).assertStatus(200);
            assertEquals("epoch", reply.gap());
            assertEquals(List.of("one", "two", "three"), reply.data());
        }
    }

    @Test
    void theCursorOfAnotherEpochGivesWhatIsKeptAndSaysSo() {
        Reply reply = client.poll(box + "?after=other7.5");
        assertEquals("epoch", reply.gap());
        assertEquals(List.of("one", "two", "three"), reply.data());
        Reply text = client.poll(box + "?format=text&after=other7.5");
        assertEquals("epoch", text.header("Perch-Gap"));
        assertEquals("one", text.text());
    }

    @Test
    void aGapIsSaidAtOnceEvenWhereNothingIsKept() {
        Reply reply = client.poll("mailbox/nothingThere?after=other7.5").assertStatus(200);
        assertEquals("epoch", reply.gap());
        assertEquals(List.of(), reply.data());
        Reply next = client.poll("mailbox/nothingThere?wait=0&after=" + reply.cursor());
        assertNull(next.gap());
        Reply text =
                client.poll("mailbox/nothingThere?format=text&after=other7.5").assertStatus(204);
        assertEquals("epoch", text.header("Perch-Gap"));
    }

    @Test
    void aCursorAheadOfTheStoreIsAGap() {
        String ahead = one.replaceFirst("\\..*", ".999999999");
        Reply reply = client.poll(box + "?after=" + ahead);
        assertEquals("epoch", reply.gap());
        assertEquals(List.of("one", "two", "three"), reply.data());
        assertEquals(three, reply.cursor());
    }

    @Test
    void whatWasDroppedFromATopicIsAGapForTheReaderThatLagged() {
        String start = client.publish("topic/lag", "m0").string("id");
        for (int i = 1; i <= 5; i++) {
            client.publish("topic/lag", "m" + i);
        }
        Reply reply = client.poll("topic/lag?after=" + start);
        assertEquals("retention", reply.gap());
        assertEquals(List.of("m3", "m4", "m5"), reply.data());
        Reply oldest = client.poll("topic/lag?after=start");
        assertNull(oldest.gap());
        assertEquals(List.of("m3", "m4", "m5"), oldest.data());
        assertNull(client.poll("topic/lag?wait=0&after=" + reply.cursor()).gap());
    }

    @Test
    void whatWasHandedOutAndGaveWayIsAGap() {
        assertEquals(3, client.poll(box).messages().size());
        client.publish(box, "four").assertStatus(201);
        client.publish(box, "five").assertStatus(201);
        Reply reply = client.poll(box + "?after=" + one);
        assertEquals("retention", reply.gap());
        assertEquals(List.of("three", "four", "five"), reply.data());
    }

    @Test
    void nowOnlyWatches() {
        Reply now = client.poll(box + "?wait=0&after=now");
        assertEquals(List.of(), now.data());
        assertTrue(now.cursor().endsWith("-w"));
        Reply bare = client.poll(box);
        assertEquals(List.of("one", "two", "three"), bare.data());
        assertFalse(bare.cursor().endsWith("-w"));
        client.publish(box, "four").assertStatus(201);
        Reply watched = client.poll(box + "?after=" + now.cursor());
        assertEquals(List.of("four"), watched.data());
        assertTrue(watched.cursor().endsWith("-w"));
        assertEquals(List.of("four"), client.poll(box + "?wait=0").data());
    }

    @Test
    void aCursorAcknowledgesAllBeforeIt() {
        client.poll(box + "?after=" + two);
        assertEquals(two, client.status(box).string("acked"));
        assertEquals(three, client.status(box).string("handed"));
        client.poll(box + "?wait=0&after=" + one);
        assertEquals(two, client.status(box).string("acked"));
    }
}
