// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Server-sent events, as they stand on the wire. */
final class StreamIT {
    private static TestServer server;
    private static TestClient client;

    @BeforeAll
    static void start() {
        server = TestServer.start("--mailboxes=40");
        client = new TestClient(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** The id of what was published. */
    private static String publish(String path, String text) {
        return client.publish(path, text).assertStatus(201).string("id");
    }

    /** Opens a stream and reads its first block. */
    private static StreamClient events(String target, String... headers) throws IOException {
        StreamClient events = StreamClient.events(server, target, headers);
        assertEquals(200, events.status());
        String block = events.block();
        assertTrue(block.matches("retry: \\d+\n(id: [\\w.-]+\n)?"), block);
        return events;
    }

    @Test
    void theHeadSaysWhatComesAndThatNobodyShallHoldItBack() throws IOException {
        try (StreamClient events = StreamClient.events(server, "/mailbox/head")) {
            assertEquals("text/event-stream;charset=utf-8", events.header("Content-Type"));
            assertEquals("no", events.header("X-Accel-Buffering"));
            assertEquals("no-store, no-transform", events.header("Cache-Control"));
            assertEquals("nosniff", events.header("X-Content-Type-Options"));
            String cursor = events.header("Perch-Cursor");
            String block = events.block();
            assertTrue(block.matches("retry: (1[89]|2[012])\\d\\d\nid: " + cursor + "\n"), block);
        }
    }

    @Test
    void anEventHasItsCursorItsTypeAndItsData() throws IOException {
        try (StreamClient events = events("/mailbox/fields")) {
            String plain = publish("mailbox/fields", "hello");
            String typed = publish("mailbox/fields?type=said&from=bob", "hi");
            String usual = publish("mailbox/fields?type=message", "as usual");
            assertEquals("id: " + plain + "\ndata: hello\n", events.event());
            assertEquals("id: " + typed + "\nevent: said\ndata: hi\n", events.event());
            assertEquals("id: " + usual + "\ndata: as usual\n", events.event());
        }
    }

    @Test
    void jsonStandsOnOneLineAndBytesAreBase64() throws IOException {
        try (StreamClient events = events("/mailbox/json")) {
            client.publish("mailbox/json", "application/json", "{ \"a\" :\n [1,\r\n \"b  c\\n\"] }");
            client.publish("mailbox/json", "application/octet-stream", new byte[] {1, 2, (byte) 0xff});
            client.publish(
                    "mailbox/json", "text/plain;charset=iso-8859-1", "é\n".getBytes(StandardCharsets.ISO_8859_1));
            assertEquals("data: {\"a\":[1,\"b  c\\n\"]}", data(events.event()));
            assertEquals("data: AQL/", data(events.event()));
            assertEquals("data: é\ndata: ", data(events.event()));
        }
    }

    private static String data(String event) {
        return event.substring(event.indexOf('\n') + 1).stripTrailing().replaceFirst("data:$", "data: ");
    }

    @Test
    void everyLineOfATextIsADataLineWhateverEndsIt() throws IOException {
        try (StreamClient events = events("/mailbox/lines")) {
            publish("mailbox/lines", "one\ntwo\rthree\r\nfour\n\n  six");
            publish("mailbox/lines", "");
            publish("mailbox/lines", "\n");
            String event = events.event();
            assertEquals(
                    "data: one\ndata: two\ndata: three\ndata: four\ndata: \ndata:   six\n",
                    event.substring(event.indexOf("data")));
            assertTrue(events.event().endsWith("\ndata: \n"));
            assertTrue(events.event().endsWith("\ndata: \ndata: \n"));
        }
    }

    @Test
    void nothingThatIsPublishedCanForgeAField() throws IOException {
        try (StreamClient events = events("/mailbox/forged")) {
            publish("mailbox/forged", "x\n\nid: evil\revent: gap\r\n\r\ndata: y\u0000\u2028\u0085z");
            String event = events.event();
            assertEquals(
                    "data: x\ndata: \ndata: id: evil\ndata: event: gap\ndata: \ndata: data: y\u0000\u2028\u0085z\n",
                    event.substring(event.indexOf("data")));
            for (String query : List.of("type=a%0Aid:x", "type=a%0Dx", "type=a%00", "type=gap", "type=open")) {
                client.publish("mailbox/forged?" + query, "x").assertProblem(400, "bad-parameter");
            }
            for (String query : List.of("from=a%0Aid:x", "from=a%0Dx", "from=a%00")) {
                client.publish("mailbox/forged?" + query, "x").assertProblem(400, "bad-name");
            }
            String last = publish("mailbox/forged", "last");
            assertEquals("id: " + last + "\ndata: last\n", events.event());
        }
    }

    @Test
    void anEnvelopeIsTheWholeMessageAndHasNoType() throws IOException {
        try (StreamClient events = events("/topic/envelope?envelope=1")) {
            String id = publish("topic/envelope?type=said&from=bob", "two\nlines");
            String event = events.event();
            assertTrue(
                    event.matches(
                            "id: \\w+\\.\\d+-w\ndata: \\{\"id\":\"" + id + "\",\"time\":\\d+,\"topic\":\"envelope\","
                                    + "\"type\":\"said\",\"from\":\"bob\",\"data\":\"two\\\\nlines\"\\}\n"),
                    event);
        }
    }

    @Test
    void twoStreamsWithoutACursorBothGetAllThatComesAfterTheyOpened() throws IOException {
        publish("mailbox/tabs", "before");
        client.poll("mailbox/tabs");
        try (StreamClient one = events("/mailbox/tabs");
                StreamClient two = events("/mailbox/tabs")) {
            for (int i = 0; i < 20; i++) {
                publish("mailbox/tabs", "m" + i);
            }
            for (int i = 0; i < 20; i++) {
                assertTrue(one.event().endsWith("\ndata: m" + i + "\n"));
                assertTrue(two.event().endsWith("\ndata: m" + i + "\n"));
            }
            assertEquals(List.of(), client.poll("mailbox/tabs?wait=0").messages());
        }
    }

    @Test
    void aStreamWithoutACursorBeginsWithWhatNobodyWasHanded() throws IOException {
        publish("mailbox/waiting", "waiting");
        try (StreamClient events = events("/mailbox/waiting")) {
            assertTrue(events.event().endsWith("\ndata: waiting\n"));
        }
    }

    /** Else its mailbox would fill up with messages that count as handed to nobody. */
    @Test
    void whatAStreamIsGivenLaterCountsAsHandedAsWell() throws IOException {
        publish("mailbox/later", "one");
        String elsewhere = publish("mailbox/elsewhere", "so that the stream gets further than what it is handed");
        try (StreamClient events = events("/mailbox/later")) {
            assertEquals("data: one", data(events.event()));
            assertEquals("id: " + elsewhere + '\n', events.event());
            String id = publish("mailbox/later", "two");
            assertEquals("data: two", data(events.event()));
            assertEquals(id, client.status("mailbox/later").string("handed"));
        }
    }

    @Test
    void aStreamGoesOnAfterItsCursorAndTheHeaderCountsBeforeTheUrl() throws IOException {
        String one = publish("mailbox/resume", "1");
        String two = publish("mailbox/resume", "2");
        String three = publish("mailbox/resume", "3");
        for (String[] carrier : new String[][] {
            {"?after=" + one, "Last-Event-ID: " + two},
            {"?after=" + one + "&lastEventId=" + two, "X: y"},
            {"?after=" + one + "&last_event_id=" + two, "If-None-Match: \"" + one + '"'},
            {"?after=" + two, "If-None-Match: \"" + one + '"'},
            {"", "If-None-Match: \"" + two + '"'},
        }) {
            try (StreamClient events = events("/mailbox/resume" + carrier[0], carrier[1])) {
                assertEquals("id: " + three + "\ndata: 3\n", events.event());
            }
        }
        assertEquals(two, client.status("mailbox/resume").string("acked"));
    }

    @Test
    void theIdIsACursorForPollsAndStreamsAlike() throws IOException {
        try (StreamClient events = events("/mailbox/mixed?after=start")) {
            publish("mailbox/mixed", "1");
            publish("mailbox/mixed", "2");
            String id = events.event().lines().findFirst().orElseThrow().substring("id: ".length());
            assertEquals(List.of("2"), client.poll("mailbox/mixed?after=" + id).data());
        }
    }

    @Test
    void aStreamThatOnlyWatchesHasCursorsThatOnlyWatch() throws IOException {
        publish("mailbox/watched", "before");
        try (StreamClient events = events("/mailbox/watched?after=now")) {
            String id = publish("mailbox/watched", "after");
            assertEquals("id: " + id + "-w\ndata: after\n", events.event());
        }
        assertEquals(List.of("before", "after"), client.poll("mailbox/watched").data());
    }

    @Test
    void whatIsExceptedIsNotSeenAndTheIdGoesPastIt() throws IOException {
        try (StreamClient bob = events("/mailbox/bob?after=start");
                StreamClient eve = events("/mailbox/eve?after=start")) {
            String hidden = publish("broadcast?except=bob", "not for bob");
            String seen = publish("broadcast", "for all");
            assertEquals("id: " + seen + "\ndata: for all\n", bob.event());
            assertEquals("id: " + hidden + "\ndata: not for bob\n", eve.event());
            publish("broadcast?except=bob", "nor this");
        }
        try (StreamClient again = events("/mailbox/bob?after=start")) {
            assertTrue(again.event().endsWith("\ndata: for all\n"));
            assertTrue(again.event().matches("id: \\w+\\.\\d+\n"), "an id alone");
            assertTrue(again.isSilentFor(300));
        }
        assertEquals(
                List.of("for all"),
                client.poll("mailbox/bob?after=start&wait=0").data());
    }

    @Test
    void aGapIsAnEventBeforeTheRest() throws IOException {
        String id = publish("mailbox/gap", "kept");
        try (StreamClient events = events("/mailbox/gap", "Last-Event-ID: k2.7")) {
            assertEquals("event: gap\ndata: {\"why\":\"epoch\"}\n", events.event());
            assertEquals("id: " + id + "\ndata: kept\n", events.event());
        }
        try (StreamClient events = events("/mailbox/gap2", "Last-Event-ID: yesterday")) {
            assertEquals("event: gap\ndata: {\"why\":\"epoch\"}\n", events.event());
            assertTrue(events.event().matches("id: \\w+\\.\\d+\n"));
        }
        client.request("GET", "mailbox/gap?format=sse&after=yesterday").assertProblem(400, "bad-parameter");
    }

    @Test
    void topicsCanBeAddedToAStream() throws IOException {
        try (StreamClient events = events("/mailbox/adds?topic=added")) {
            publish("topic/added", "on the topic");
            publish("mailbox/adds", "in the mailbox");
            assertTrue(events.event().endsWith("\ndata: on the topic\n"));
            assertTrue(events.event().endsWith("\ndata: in the mailbox\n"));
        }
    }

    /** The mailbox begins with what nobody was handed, the topic with what comes from now on. */
    @Test
    void withoutACursorAddedTopicsBeginNow() throws IOException {
        publish("mailbox/behind", "mine");
        publish("topic/ahead", "early");
        publish("mailbox/behind", "mine, too");
        try (StreamClient events = events("/mailbox/behind?topic=ahead")) {
            publish("topic/ahead", "late");
            assertEquals("data: mine", data(events.event()));
            assertEquals("data: mine, too", data(events.event()));
            assertEquals("data: late", data(events.event()));
        }
    }

    @Test
    void manyMessagesAndLargeOnesComeWholeAndInOrder() throws IOException {
        String large = "0123456789abcdef\n".repeat(15_000);
        try (StreamClient events = events("/topic/large")) {
            for (int i = 0; i < 300; i++) {
                publish("topic/large", i % 100 == 50 ? large : "m" + i);
            }
            for (int i = 0; i < 300; i++) {
                String event = events.event();
                String expected = i % 100 == 50 ? large : "m" + i;
                String data = event.substring(event.indexOf("\ndata: ") + 7, event.length() - 1);
                assertEquals(expected, data.replace("\ndata: ", "\n"));
            }
        }
    }

    @Test
    void streamsOfOneMailboxGetEachMessageOnceAndInOrderWhoeverPublishes() throws IOException {
        int readers = 8;
        int publishers = 4;
        int each = 250;
        List<StreamClient> streams = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            streams.add(events("/mailbox/busy"));
        }
        List<CompletableFuture<Void>> work = new ArrayList<>();
        for (int p = 0; p < publishers; p++) {
            String path = p % 2 == 0 ? "mailbox/busy" : "broadcast";
            work.add(CompletableFuture.runAsync(() -> {
                for (int i = 0; i < each; i++) {
                    publish(path, "x");
                }
            }));
        }
        for (StreamClient stream : streams) {
            long last = 0;
            for (int i = 0; i < publishers * each; ) {
                String event = stream.event();
                long id = Long.parseLong(event.substring(event.indexOf('.') + 1, event.indexOf('\n')));
                assertTrue(id >= last, () -> event);
                i += event.contains("data") ? 1 : 0;
                assertTrue(id > last || !event.contains("data"), () -> event);
                last = id;
            }
            stream.close();
        }
        work.forEach(CompletableFuture::join);
    }

    @Test
    void aDeletedMailboxEndsItsStreamsForLonger() throws IOException {
        try (StreamClient events = events("/mailbox/deleted")) {
            await().until(() -> client.status("mailbox/deleted").status() == 200);
            client.remove("mailbox/deleted").assertStatus(204);
            String end = events.event();
            assertTrue(end.matches(": deleted\nid: \\S+\nretry: [1-4]\\d{4}\n"), end);
            assertNull(events.block());
        }
    }

    @Test
    void overTheLimitOfAMailboxTheOldestStreamIsSuperseded() throws IOException {
        try (StreamClient oldest = events("/mailbox/crowd")) {
            StreamClient[] others = new StreamClient[8];
            for (int i = 0; i < others.length; i++) {
                others[i] = events("/mailbox/crowd");
            }
            String end = oldest.event();
            assertTrue(end.matches(": superseded\nid: \\S+\nretry: [1-4]\\d{4}\n"), end);
            assertNull(oldest.block());
            for (StreamClient other : others) {
                other.close();
            }
        }
    }

    @Test
    void aClientThatGoesIsNoticed() throws IOException {
        StreamClient[] all = new StreamClient[5];
        for (int i = 0; i < all.length; i++) {
            all[i] = events("/topic/leaving");
        }
        client.awaitParked("topic/leaving", all.length);
        for (StreamClient each : all) {
            each.close();
        }
        client.awaitParked("topic/leaving", 0);
        await().atMost(Duration.ofSeconds(10)).until(() -> server.openStreams() == 0);
    }

    @Test
    void aStreamIsServedOverHttp11InChunksAndHeadIsAnsweredAsEver() throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            raw.request("GET", "/mailbox/chunks?after=start", "Accept: text/event-stream");
            client.awaitParked("mailbox/chunks", 1);
            client.publish("mailbox/chunks", "text/plain", "x".getBytes(UTF_8));
            await().until(() ->
                    client.status("mailbox/chunks").json().get("parked").getAsInt() == 1);
            client.remove("mailbox/chunks");
            Reply reply = raw.receive().assertStatus(200);
            assertEquals("chunked", reply.header("Transfer-Encoding"));
            assertTrue(reply.text().contains("\ndata: x\n\n"), reply::text);
            raw.request("GET", "/health/live").receive().assertStatus(200);
        }
        Reply head =
                client.head("mailbox/chunks", "Accept", "text/event-stream").assertStatus(200);
        assertEquals("application/json", head.header("Content-Type"));
    }
}
