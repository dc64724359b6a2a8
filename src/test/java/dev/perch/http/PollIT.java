// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.perch.TestServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading: at once, parked, by view, and how a read ends. */
final class PollIT {
    private static TestServer server;
    private static TestClient client;

    /** Another mailbox for each test. */
    private String box;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        client = new TestClient(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void name(TestInfo test) {
        box = "mailbox/" + test.getTestMethod().orElseThrow().getName();
    }

    @Test
    void answersAtOnceWithWhatIsThereInOrder() {
        client.publish(box, "one");
        String last = client.publish(box, "two").string("id");
        Reply reply = client.poll(box).assertStatus(200);
        assertEquals(List.of("one", "two"), reply.data());
        assertEquals(last, reply.cursor());
        assertEquals(last, reply.string("cursor"));
        assertEquals('"' + last + '"', reply.header("ETag"));
        assertEquals("application/json", reply.header("Content-Type"));
        assertFalse(reply.json().has("ended"));
        assertFalse(reply.json().has("gap"));
        assertEquals("no-store, no-transform", reply.header("Cache-Control"));
        assertEquals("no-cache", reply.header("Pragma"));
        assertEquals("sandbox", reply.header("Content-Security-Policy"));
    }

    @Test
    void parksUntilAMessageComes() {
        CompletableFuture<Reply> parked = client.parkAs(1, box);
        assertEquals(
                1,
                client.publish(box, "wake up")
                        .assertStatus(201)
                        .json()
                        .get("woken")
                        .getAsInt());
        assertEquals(List.of("wake up"), TestClient.get(parked).data());
    }

    @Test
    void aReadWithoutCursorSeesEachMessageOnce() {
        client.publish(box, "once");
        assertEquals(List.of("once"), client.poll(box).data());
        assertEquals(List.of(), client.poll(box + "?wait=0").data());
        assertEquals(List.of("once"), client.poll(box + "?wait=0&after=start").data());
    }

    @Test
    void theTextViewGivesOneMessageAsItWasPublished() {
        client.publish(box + "?type=order&from=bob", "text/csv;charset=utf-8", "a,ä");
        client.publish(box, "second");
        Reply first = client.poll(box, "Accept", "text/plain").assertStatus(200);
        assertEquals("a,ä", first.text());
        assertEquals("text/csv;charset=utf-8", first.header("Content-Type"));
        assertEquals("order", first.header("Message-Type"));
        assertEquals("bob", first.header("Message-From"));
        assertEquals(first.cursor(), first.header("Message-Id"));
        assertEquals("second", client.poll(box + "?format=text").text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "application/xhtml+xml", "image/svg+xml", "text/javascript", "text/xml"})
    void theTextViewServesWhatABrowserWouldRunAsPlainText(String type) {
        client.publish(box, type, "<script>alert(1)</script>");
        Reply reply = client.poll(box + "?format=text").assertStatus(200);
        assertEquals("text/plain;charset=utf-8", reply.header("Content-Type"));
        assertEquals("<script>alert(1)</script>", reply.text());
        assertEquals("nosniff", reply.header("X-Content-Type-Options"));
    }

    @Test
    void theTextViewNamesTheTopicOfAMessage() {
        client.follow("theTextViewNamesTheTopicOfAMessage", "named").assertStatus(200);
        client.publish("topic/named", "news");
        assertEquals("named", client.poll(box + "?format=text").header("Message-Topic"));
    }

    @Test
    void nothingIs200InJsonAnd204InText() {
        Reply json = client.poll(box + "?wait=0").assertStatus(200);
        assertEquals(List.of(), json.messages());
        assertEquals("wait", json.string("ended"));
        Reply text = client.poll(box + "?wait=0&format=text").assertStatus(204);
        assertEquals("wait", text.header("Perch-Ended"));
        assertEquals("", text.text());
        assertEquals(json.cursor(), text.cursor());
        assertFalse(text.cursor().isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/* | json",
                "application/json | json",
                "text/plain | text",
                "text/* | text",
                "text/plain;q=0.5, application/json | json",
                "text/plain, application/json;q=0.9 | text",
                "text/html,application/xhtml+xml,*/*;q=0.8 | json"
            })
    void acceptChoosesTheView(String accept, String view) {
        client.poll(box + "?wait=0", "Accept", accept).assertStatus(view.equals("json") ? 200 : 204);
    }

    @Test
    void formatWinsOverAccept() {
        client.poll(box + "?wait=0&format=json", "Accept", "text/plain").assertStatus(200);
        client.poll(box + "?format=yaml").assertProblem(400, "bad-parameter");
    }

    @Test
    void limitBoundsAnAnswerAndTheNextGoesOn() {
        for (int i = 0; i < 5; i++) {
            client.publish(box, "m" + i);
        }
        Reply two = client.poll(box + "?limit=2");
        assertEquals(List.of("m0", "m1"), two.data());
        assertEquals(
                List.of("m2", "m3", "m4"),
                client.poll(box + "?after=" + two.cursor()).data());
        assertEquals(5, client.poll(box + "?after=start&limit=99999").messages().size());
    }

    @Test
    void anAnswerHasAtMostAMebibyteUnlessOneMessageIsMore() {
        String large = "x".repeat(200_000);
        for (int i = 0; i < 8; i++) {
            client.publish(box, i + large).assertStatus(201);
        }
        Reply first = client.poll(box + "?after=start");
        assertEquals(5, first.messages().size());
        assertTrue(first.body().length < 1024 * 1024 + 4096);
        assertEquals(3, client.poll(box + "?after=" + first.cursor()).messages().size());
    }

    @Test
    void waitEndsWithAnEmptyAnswerShortenedByUpToATenth() {
        long start = System.nanoTime();
        Reply reply = client.poll(box + "?wait=1").assertStatus(200);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertEquals("wait", reply.string("ended"));
        assertTrue(millis >= 890 && millis < 3000, () -> millis + " ms");
    }

    @Test
    void preferWaitIsAppliedAndSaid() {
        Reply zero = client.poll(box, "Prefer", "respond-async, wait=0").assertStatus(200);
        assertEquals("wait=0", zero.header("Preference-Applied"));
        CompletableFuture<Reply> clamped = client.parkAs(1, box, "Prefer", "wait=100000");
        client.publish(box, "x");
        assertEquals("wait=120", TestClient.get(clamped).header("Preference-Applied"));
        assertEquals("", client.poll(box + "?wait=0").header("Preference-Applied"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"121", "999999999", "99999999999999999999999"})
    void aLongerWaitIsClamped(String wait) {
        CompletableFuture<Reply> parked = client.parkAs(1, box + "?wait=" + wait);
        client.publish(box, "x");
        assertEquals(List.of("x"), TestClient.get(parked).assertStatus(200).data());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "abc", "1.5", "1s", "%20", "0x1"})
    void aWaitThatIsNoNumberIsRefused(String wait) {
        client.poll(box + "?wait=" + wait).assertProblem(400, "bad-parameter");
    }

    @Test
    void emptyParametersCountAsAbsentAndUnknownOnesAreIgnored() {
        client.publish(box, "x");
        assertEquals(
                List.of("x"),
                client.poll(box + "?after=&limit=&wait=&format=&topic=&_=1712&foo=bar")
                        .data());
    }

    @Test
    void furtherTopicsAreReadFromNowOnAndNeverMoveWhatWasHandedOut() {
        client.publish("topic/further", "before");
        CompletableFuture<Reply> parked = client.parkAs(1, box + "?topic=further&topic=other");
        client.publish("topic/further", "after");
        Reply reply = TestClient.get(parked);
        assertEquals(List.of("after"), reply.data());
        assertEquals("further", reply.messages().get(0).get("topic").getAsString());
        client.publish(box, "own");
        assertEquals(List.of("own"), client.poll(box + "?wait=0").data());
    }

    @Test
    void ofTwoReadsWithoutCursorTheNewerWinsAndTheOlderIsTold() {
        long start = System.nanoTime();
        CompletableFuture<Reply> older = client.parkAs(1, box);
        CompletableFuture<Reply> newer = client.park(box);
        Reply superseded = TestClient.get(older).assertStatus(200);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertEquals("superseded", superseded.string("ended"));
        assertEquals(List.of(), superseded.messages());
        assertTrue(millis >= 1000, () -> "after " + millis + " ms");
        assertFalse(newer.isDone());
        client.publish(box, "for the newer");
        assertEquals(List.of("for the newer"), TestClient.get(newer).data());
    }

    @Test
    void theOlderOfTwoReadsIsHandedNothingWhileItIsHeldBack() {
        CompletableFuture<Reply> older = client.parkAs(1, box);
        String position = client.head(box).cursor();
        CompletableFuture<Reply> newer = client.park(box + "?topic=seenByTheNewerOnly");
        client.awaitParked("topic/seenByTheNewerOnly", 1);
        client.publish(box, "x");
        assertEquals(List.of("x"), TestClient.get(newer).data());
        Reply superseded = TestClient.get(older);
        assertEquals("superseded", superseded.string("ended"));
        assertEquals(position, superseded.cursor());
    }

    @Test
    void theNinthReadWithACursorSupersedesTheOldest() {
        String cursor = client.poll(box + "?wait=0").cursor();
        List<CompletableFuture<Reply>> eight = new ArrayList<>();
        for (int i = 1; i <= 8; i++) {
            eight.add(client.parkAs(i, box + "?after=" + cursor));
        }
        CompletableFuture<Reply> ninth = client.park(box + "?after=" + cursor);
        assertEquals("superseded", TestClient.get(eight.get(0)).string("ended"));
        assertTrue(eight.subList(1, 8).stream().noneMatch(CompletableFuture::isDone));
        client.publish(box, "to all that are left");
        for (CompletableFuture<Reply> each : eight.subList(1, 8)) {
            assertEquals(List.of("to all that are left"), TestClient.get(each).data());
        }
        assertEquals(List.of("to all that are left"), TestClient.get(ninth).data());
    }

    @Test
    void readersWithACursorAllGetTheMessage() {
        String cursor = client.poll(box + "?wait=0").cursor();
        CompletableFuture<Reply> one = client.parkAs(1, box + "?after=" + cursor);
        CompletableFuture<Reply> two = client.parkAs(2, box + "?after=" + cursor);
        assertEquals(2, client.publish(box, "shared").json().get("woken").getAsInt());
        assertEquals(List.of("shared"), TestClient.get(one).data());
        assertEquals(List.of("shared"), TestClient.get(two).data());
    }

    @Test
    void whoReadsAMailboxThatIsRemovedIsTold() {
        CompletableFuture<Reply> parked = client.parkAs(1, box);
        client.remove(box).assertStatus(204);
        assertEquals("deleted", TestClient.get(parked).assertStatus(200).string("ended"));
        client.status(box).assertProblem(404, "not-found");
    }

    @Test
    void whoWatchesATopicThatIsRemovedIsTold() {
        client.publish("topic/gone", "x");
        CompletableFuture<Reply> parked = client.parkAs(1, "topic/gone?format=text");
        client.remove("topic/gone").assertStatus(204);
        assertEquals("deleted", TestClient.get(parked).assertStatus(204).header("Perch-Ended"));
    }

    @Test
    void aTopicIsWatchedFromNowOnAndItsCursorsSaySo() {
        client.publish("topic/watched", "before");
        CompletableFuture<Reply> parked = client.parkAs(1, "topic/watched");
        client.publish("topic/watched", "after");
        Reply reply = TestClient.get(parked);
        assertEquals(List.of("after"), reply.data());
        assertTrue(reply.cursor().endsWith("-w"), reply::cursor);
        JsonObject message = reply.messages().get(0);
        assertEquals("watched", message.get("topic").getAsString());
        assertFalse(message.get("id").getAsString().endsWith("-w"));
        assertEquals(
                List.of("before", "after"),
                client.poll("topic/watched?after=start").data());
        assertNull(client.poll("topic/watched?after=start").gap());
    }

    @Test
    void broadcastReachesEveryMailboxAndWhoeverWatchesIt() {
        CompletableFuture<Reply> mailbox = client.parkAs(1, box);
        CompletableFuture<Reply> watcher = client.park("broadcast");
        client.awaitParked("topic/_broadcast", 2);
        client.publish("broadcast", "to all").assertStatus(201);
        assertEquals(List.of("to all"), TestClient.get(mailbox).data());
        assertEquals(List.of("to all"), TestClient.get(watcher).data());
        assertEquals(List.of(), client.poll("mailbox/cameLater?wait=0").data());
    }
}
