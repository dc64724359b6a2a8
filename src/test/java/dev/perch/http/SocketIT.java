// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.perch.TestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Mailboxes and topics over WebSocket: the same messages, places and order as over any other view. */
final class SocketIT {
    private final TestServer server = TestServer.start();
    private final TestClient client = new TestClient(server);
    private final List<TestSocket> opened = new ArrayList<>();

    @AfterEach
    void stop() {
        opened.forEach(TestSocket::close);
        server.close();
    }

    private TestSocket open(String path, String... headers) {
        TestSocket socket = TestSocket.open(server, path, headers);
        opened.add(socket);
        return socket;
    }

    /** One that is known to wait for messages. */
    private TestSocket openParked(String path) {
        String queue = path.replaceFirst("\\?.*", "");
        int before = parked(queue);
        TestSocket socket = open(path);
        client.awaitParked(queue, before + 1);
        return socket;
    }

    private int parked(String queue) {
        Reply status = client.status(queue);
        return status.status() == 200 ? status.json().get("parked").getAsInt() : 0;
    }

    @Test
    void messagesComeAsJsonObjectsOneAFrame() {
        client.publish("mailbox/a", "before");
        TestSocket socket = open("mailbox/a?format=json");
        JsonObject first = socket.json();
        assertEquals("before", first.get("data").getAsString());
        assertTrue(first.has("id") && first.has("time"), first::toString);
        client.publish("mailbox/a?type=greeting&from=bob", "application/json", "{\"n\": 1}");
        JsonObject second = socket.json();
        assertEquals("{\"n\":1}", second.get("data").toString());
        assertEquals("greeting", second.get("type").getAsString());
        assertEquals("bob", second.get("from").getAsString());
    }

    @Test
    void theSubprotocolIsAgreedOnAndMeansJson() {
        TestSocket socket = TestSocket.openWith("perch", server, "mailbox/a");
        opened.add(socket);
        assertEquals("perch", socket.subprotocol());
        client.publish("mailbox/a", "x");
        assertEquals(List.of("x"), socket.data(1));
        assertEquals("", open("mailbox/a?format=json").subprotocol());
    }

    @Test
    void rawReadersGetTheBodiesAlone() {
        TestSocket socket = openParked("mailbox/a");
        client.publish("mailbox/a", "text/plain;charset=iso-8859-1", new byte[] {'J', (byte) 0xfc});
        client.publish("mailbox/a", "application/json", "{\"n\": 1}");
        client.publish("mailbox/a", "application/octet-stream", new byte[] {1, 2, (byte) 0xff});
        assertEquals("Jü", socket.next());
        assertEquals("{\"n\": 1}", socket.next());
        assertArrayEquals(new byte[] {1, 2, (byte) 0xff}, socket.nextBytes());
    }

    @Test
    void allCarriersOfACursorCountAsInAPoll() {
        client.publish("mailbox/a", "1");
        client.publish("mailbox/a", "2");
        client.publish("mailbox/a", "3");
        String second = client.poll("mailbox/a?limit=2").cursor();
        assertEquals(
                List.of("1", "2", "3"),
                open("mailbox/a?format=json&after=start").data(3));
        assertEquals(List.of("3"), open("mailbox/a?format=json&after=" + second).data(1));
        assertEquals(
                List.of("3"),
                open("mailbox/a?format=json&lastEventId=" + second).data(1));
        assertEquals(
                List.of("3"),
                open("mailbox/a?format=json", "Last-Event-ID", second).data(1));
        assertEquals(
                List.of("3"),
                open("mailbox/a?format=json", "If-None-Match", '"' + second + '"')
                        .data(1));
        TestSocket now = openParked("mailbox/a?format=json&after=now");
        client.publish("mailbox/a", "4");
        assertEquals(List.of("4"), now.data(1));
        JsonObject status = client.status("mailbox/a").json();
        assertEquals(second, status.get("acked").getAsString(), "only the cursor acknowledges, not what was written");
    }

    @Test
    void aSocketWithoutACursorBeginsWhereAPollWouldAndTwoOfThemGetAll() {
        client.publish("mailbox/a", "old");
        client.poll("mailbox/a");
        TestSocket one = openParked("mailbox/a?format=json");
        TestSocket two = openParked("mailbox/a?format=json");
        for (int i = 0; i < 200; i++) {
            client.publish("mailbox/a", "m" + i).assertStatus(201);
        }
        List<String> all = IntStream.range(0, 200).mapToObj(i -> "m" + i).toList();
        assertEquals(all, one.data(200));
        assertEquals(all, two.data(200));
        one.assertNothing();
        two.assertNothing();
    }

    @Test
    void socketAndLongPollerOnOneMailboxSeeTheSameOrder() {
        TestSocket socket = openParked("mailbox/a?format=json&topic=t");
        client.follow("a", "t").assertStatus(200);
        String cursor = client.poll("mailbox/a?wait=0").cursor();
        for (int i = 0; i < 30; i++) {
            client.publish(List.of("mailbox/a", "topic/t", "broadcast").get(i % 3), "m" + i);
        }
        List<String> polled = new ArrayList<>();
        while (polled.size() < 30) {
            Reply reply = client.poll("mailbox/a?limit=7&after=" + cursor);
            polled.addAll(reply.data());
            cursor = reply.cursor();
        }
        assertEquals(polled, socket.data(30));
        assertEquals(IntStream.range(0, 30).mapToObj(i -> "m" + i).toList(), polled);
    }

    /** The mailbox begins with what nobody was handed, the topic with what comes from now on. */
    @Test
    void withoutACursorAddedTopicsBeginNow() {
        client.publish("mailbox/a", "mine");
        client.publish("topic/t", "early");
        client.publish("mailbox/a", "mine, too");
        TestSocket socket = openParked("mailbox/a?format=json&topic=t");
        client.publish("topic/t", "late");
        assertEquals(List.of("mine", "mine, too", "late"), socket.data(3));
    }

    @Test
    void aTopicIsWatchedFromNowOnOrFromACursor() {
        String first = client.publish("topic/t", "1").string("id");
        client.publish("topic/t", "2");
        TestSocket now = openParked("topic/t?format=json");
        assertEquals(List.of("2"), open("topic/t?format=json&after=" + first).data(1));
        client.publish("topic/t", "3");
        assertEquals(List.of("3"), now.data(1));
    }

    @Test
    void aGapIsToldBeforeWhatComesAfterItAndItsCursorLeadsOn() {
        client.publish("mailbox/a", "x");
        TestSocket socket = open("mailbox/a?format=json&after=other.7");
        JsonObject gap = socket.json();
        assertEquals("epoch", gap.getAsJsonObject("gap").get("why").getAsString());
        assertEquals(List.of("x"), socket.data(1));
        String cursor = gap.get("cursor").getAsString();
        assertEquals(List.of("x"), open("mailbox/a?format=json&after=" + cursor).data(1));
    }

    @Test
    void whatAJsonClientSendsIsPublishedAndAnswered() {
        TestSocket alice = open("mailbox/alice?format=json");
        alice.send("{\"to\":\"mailbox/bob\",\"data\":\"hi\",\"key\":\"k1\",\"type\":\"t\",\"ttl\":60}");
        JsonObject sent = alice.json();
        assertEquals("k1", sent.get("sent").getAsString());
        JsonObject message = client.poll("mailbox/bob").messages().get(0);
        assertEquals(sent.get("id"), message.get("id"));
        assertEquals("hi", message.get("data").getAsString());
        assertEquals("alice", message.get("from").getAsString());
        assertEquals("t", message.get("type").getAsString());
        alice.sendParts("{\"to\":\"topic/t\",\"from\":\"x\",", "\"data\":{\"n\":", " 1.50}}");
        assertTrue(alice.json().get("sent").getAsBoolean());
        message = client.poll("topic/t?after=start").messages().get(0);
        assertEquals("{\"n\":1.50}", message.get("data").toString());
        assertEquals("x", message.get("from").getAsString());
        alice.send("{\"to\":\"broadcast\",\"data\":[1],\"except\":\"bob\"}");
        List<JsonObject> both = List.of(alice.json(), alice.json());
        assertTrue(both.stream().anyMatch(frame -> frame.has("sent")), both::toString);
        assertTrue(both.stream().anyMatch(frame -> frame.has("topic")), both::toString);
        assertEquals(List.of(), client.poll("mailbox/bob?wait=0").messages());
    }

    @Test
    void theSameKeyPublishesOnceAndOtherContentUnderItIsAProblem() {
        TestSocket socket = open("mailbox/alice?format=json");
        String command = "{\"to\":\"mailbox/bob\",\"data\":\"hi\",\"key\":\"k1\"}";
        JsonObject first = socket.send(command).json();
        assertEquals(first, socket.send(command).json());
        socket.send("{\"to\":\"mailbox/bob\",\"data\":\"other\",\"key\":\"k1\"}");
        JsonObject refused = socket.json();
        assertEquals("k1", refused.get("key").getAsString());
        assertProblem("key-reused", refused);
        assertEquals(1, client.poll("mailbox/bob").messages().size());
    }

    @Test
    void aWrongCommandIsAProblemAndTheSocketStays() {
        TestSocket socket = open("mailbox/alice?format=json");
        assertProblem("bad-body", socket.send("hello").json());
        assertProblem("bad-body", socket.send("[1]").json());
        assertProblem("bad-body", socket.send("{\"to\":\"mailbox/bob\"}").json());
        assertProblem("bad-body", socket.send(new byte[] {1}).json());
        assertProblem("bad-parameter", socket.send("{\"data\":1}").json());
        assertProblem(
                "bad-parameter", socket.send("{\"to\":\"bob\",\"data\":1}").json());
        assertProblem("bad-parameter", socket.send("{\"to\":7,\"data\":1}").json());
        assertProblem(
                "bad-parameter",
                socket.send("{\"to\":\"mailbox/bob/status\",\"data\":1}").json());
        assertProblem(
                "bad-name", socket.send("{\"to\":\"mailbox/a b\",\"data\":1}").json());
        assertProblem(
                "reserved-name",
                socket.send("{\"to\":\"topic/_presence\",\"data\":1}").json());
        assertProblem(
                "reserved-name",
                socket.send("{\"to\":\"mailbox/_x\",\"data\":1}").json());
        assertProblem(
                "bad-parameter",
                socket.send("{\"to\":\"topic/t\",\"data\":1,\"type\":\"gap\"}").json());
        assertProblem(
                "bad-parameter",
                socket.send("{\"to\":\"topic/t\",\"data\":1,\"type\":\"a\\r\\nb\"}")
                        .json());
        assertProblem(
                "bad-name",
                socket.send("{\"to\":\"topic/t\",\"data\":1,\"from\":\"a\\u0000\"}")
                        .json());
        assertProblem(
                "bad-parameter",
                socket.send("{\"to\":\"topic/t\",\"data\":1,\"key\":{}}").json());
        assertProblem("bad-parameter", socket.send("{\"ack\":\"later\"}").json());
        assertProblem("bad-parameter", socket.send("{\"ack\":\"other.7\"}").json());
        socket.send("{\"to\":\"mailbox/bob\",\"data\":\"ok\"}");
        assertTrue(socket.json().get("sent").getAsBoolean());
        assertEquals(List.of("ok"), client.poll("mailbox/bob").data());
    }

    private static void assertProblem(String code, JsonObject answer) {
        assertTrue(answer.has("problem"), answer::toString);
        assertEquals(
                "urn:perch:problem:" + code,
                answer.getAsJsonObject("problem").get("type").getAsString());
        assertFalse(
                answer.getAsJsonObject("problem").get("detail").getAsString().isEmpty());
    }

    @Test
    void anAckRaisesWhatIsAcknowledged() {
        TestSocket socket = open("mailbox/a?format=json");
        client.publish("mailbox/a", "1");
        client.publish("mailbox/a", "2");
        String id = socket.json().get("id").getAsString();
        assertTrue(client.status("mailbox/a").string("acked").endsWith(".0"));
        socket.send("{\"ack\":\"" + id + "\"}");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> client.status("mailbox/a").string("acked").equals(id));
    }

    @Test
    void whatARawClientSendsGoesWhereItsQuerySays() {
        TestSocket socket = open("mailbox/alice?to=topic/t&type=line");
        socket.send("hello").send(new byte[] {1, 2});
        Reply reply = client.poll("topic/t?after=start&wait=5");
        if (reply.messages().size() < 2) {
            reply = client.poll("topic/t?after=start&wait=5&limit=2");
        }
        JsonObject message = reply.messages().get(0);
        assertEquals("hello", message.get("data").getAsString());
        assertEquals("alice", message.get("from").getAsString());
        assertEquals("line", message.get("type").getAsString());
    }

    @Test
    void aRawClientThatCannotPublishIsClosed() throws Exception {
        assertEquals(1008, open("mailbox/alice").send("where to?").closeCode());
        try (TestServer small = TestServer.start("--mailbox-messages=1")) {
            new TestClient(small).publish("mailbox/bob", "full");
            TestSocket socket = TestSocket.open(small, "mailbox/alice?to=mailbox/bob");
            opened.add(socket);
            assertEquals(1013, socket.send("more").closeCode());
        }
    }

    @Test
    void atTheRootTextGoesToEverybodyElse() throws Exception {
        int before = mailboxes();
        TestSocket one = open("/");
        TestSocket two = open("/");
        TestSocket echo = open("/?echo=1");
        await().atMost(Duration.ofSeconds(10)).until(() -> mailboxes() == before + 3);
        one.send("from one");
        assertEquals("from one", two.next());
        assertEquals("from one", echo.next());
        echo.send("from echo");
        assertEquals("from echo", one.next());
        assertEquals("from echo", two.next());
        assertEquals("from echo", echo.next());
        client.publish("broadcast", "from outside");
        assertEquals("from outside", one.next());
        one.assertNothing();
        one.bye();
        two.close();
        echo.bye();
        await().atMost(Duration.ofSeconds(10)).until(() -> mailboxes() == before && server.openSockets() == 0);
    }

    @Test
    void aRoomAtTheRootIsATopicThatIsReadAndWrittenButNotBackToTheSender() {
        TestSocket one = open("/?topic=room&to=topic/room");
        TestSocket two = open("/?topic=room&to=topic/room");
        client.awaitParked("topic/room", 2);
        one.send("a");
        assertEquals("a", two.next());
        two.send("b");
        assertEquals("b", one.next());
    }

    private int mailboxes() {
        return client.poll("metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith("perch_mailboxes "))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(" "))))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whoIsExceptedDoesNotSeeTheMessageNorWhenReadingAgain() {
        TestSocket alice = openParked("mailbox/alice?format=json");
        TestSocket bob = openParked("mailbox/bob?format=json");
        String start = client.head("mailbox/alice").cursor();
        alice.send("{\"to\":\"broadcast\",\"data\":\"1\",\"except\":\"alice\",\"key\":\"k\"}");
        assertEquals("k", alice.json().get("sent").getAsString());
        client.publish("broadcast?except=alice", "2");
        client.publish("broadcast", "3");
        assertEquals(List.of("1", "2", "3"), bob.data(3));
        assertEquals(List.of("3"), alice.data(1));
        assertEquals(
                List.of("3"), open("mailbox/alice?format=json&after=" + start).data(1));
        TestSocket raw = openParked("mailbox/alice?to=broadcast&except=alice");
        raw.send("4");
        assertEquals(List.of("4"), bob.data(1));
        raw.assertNothing();
    }

    @Test
    void largeMessagesPassInBothDirections() {
        String large = "ü".repeat(100_000);
        TestSocket socket = openParked("mailbox/a?to=mailbox/b");
        client.publish("mailbox/a", large).assertStatus(201);
        assertEquals(large, socket.next());
        socket.send(large);
        assertEquals(large, client.poll("mailbox/b").data().get(0));
    }

    @Test
    void aStormOfCommandsIsAnsweredInFullAndInOrder() {
        TestSocket socket = open("mailbox/alice?format=json");
        for (int i = 0; i < 500; i++) {
            socket.send("{\"to\":\"topic/t\",\"data\":\"m" + i + "\",\"key\":\"k" + i + "\"}");
        }
        for (int i = 0; i < 500; i++) {
            assertEquals("k" + i, socket.json().get("sent").getAsString());
        }
        assertEquals(
                IntStream.range(0, 500).mapToObj(i -> "m" + i).toList(),
                client.poll("topic/t?after=start&limit=1000").data());
    }

    @Test
    void aPingOfTheClientIsAnswered() throws Exception {
        try (RawSocket raw = RawSocket.open(server, "/mailbox/a")) {
            raw.send(RawSocket.FIN | RawSocket.PING, "abc".getBytes(UTF_8));
            RawSocket.Frame pong = raw.receive();
            assertEquals(RawSocket.PONG, pong.opcode());
            assertEquals("abc", pong.text());
        }
    }
}
