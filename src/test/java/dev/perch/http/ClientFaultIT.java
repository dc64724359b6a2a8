// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.perch.ForwardClocks;
import dev.perch.TestServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that go away, or half away, at the worst moment. */
final class ClientFaultIT {
    private static final Duration SOON = Duration.ofSeconds(8);
    /** From when on a parked connection is watched. */
    private static final Duration WATCHED = Duration.ofSeconds(2);
    /** What a watch does wrong shows at once. */
    private static final Duration A_WHILE = Duration.ofMillis(600);

    private static final ForwardClocks CLOCKS = new ForwardClocks();

    private static TestServer server;
    private static TestClient client;

    private String box;

    /** How a client goes away. */
    enum Departure {
        /** It closes its socket: the server gets a FIN. */
        CLOSE {
            @Override
            void of(RawClient client) throws IOException {
                client.close();
            }
        },
        /** It closes its socket with data unread, or crashes: the server gets a RST. */
        RESET {
            @Override
            void of(RawClient client) throws IOException {
                client.reset();
            }
        },
        /** It closes only the direction in which it sends. */
        HALF_CLOSE {
            @Override
            void of(RawClient client) throws IOException {
                client.halfClose();
            }
        };

        abstract void of(RawClient client) throws IOException;
    }

    @BeforeAll
    static void start() {
        server = TestServer.start(CLOCKS.clocks());
        client = new TestClient(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void name(TestInfo test) {
        box = "mailbox/" + test.getTestMethod().orElseThrow().getName();
        client.remove(box);
    }

    @AfterEach
    void noPollStaysOpen() {
        awaitNoPoll();
        client.poll("health/ready").assertStatus(200);
    }

    private static void awaitNoPoll() {
        await().atMost(SOON).until(() -> server.openPolls() == 0);
    }

    private static void awaitWatched() {
        CLOCKS.pass(WATCHED);
        await().pollDelay(A_WHILE).until(() -> true);
    }

    private RawClient parked(String query) throws IOException {
        RawClient raw = RawClient.connect(server);
        raw.request("GET", "/" + box + query);
        client.awaitParked(box, 1);
        return raw;
    }

    @ParameterizedTest
    @EnumSource
    void whatIsPublishedAfterAParkedClientWentAwayIsForTheNextOne(Departure departure) throws IOException {
        try (RawClient gone = parked("?wait=60")) {
            awaitWatched();
            assertEquals(1, server.openPolls());
            departure.of(gone);
            awaitNoPoll();
            client.publish(box, "not lost").assertStatus(201);
            assertEquals(List.of("not lost"), client.poll(box + "?wait=0").data());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatGoesAwayBeforeItIsWatchedIsNoticedWhenItIs(Departure departure) throws IOException {
        try (RawClient gone = parked("?wait=60")) {
            departure.of(gone);
            CLOCKS.pass(WATCHED);
            awaitNoPoll();
            client.publish(box, "not lost").assertStatus(201);
            assertEquals(List.of("not lost"), client.poll(box + "?wait=0").data());
        }
    }

    @Test
    void aClientThatOnlyStoppedSendingGetsAnAnswerWithItsCursor() throws IOException {
        String cursor = client.publish(box, "x").string("id");
        try (RawClient half = parked("?wait=60&after=" + cursor)) {
            half.halfClose();
            CLOCKS.pass(WATCHED);
            Reply reply = half.receive().assertStatus(200);
            assertEquals(List.of(), reply.messages());
            assertEquals(cursor, reply.cursor());
        }
    }

    @ParameterizedTest
    @EnumSource
    void withACursorNothingIsLostWhenTheClientGoesAwayUnwatched(Departure departure) throws IOException {
        String cursor = client.publish(box, "first").string("id");
        try (RawClient gone = parked("?after=" + cursor)) {
            departure.of(gone);
            client.publish(box, "second").assertStatus(201);
            assertEquals(
                    List.of("second"), client.poll(box + "?after=" + cursor).data());
        }
    }

    @Test
    void aConnectionOnWhichPollsWereAnsweredIsStillWatched() throws IOException {
        try (RawClient gone = RawClient.connect(server)) {
            for (int i = 0; i < 3; i++) {
                gone.request("GET", "/" + box + "?wait=0").receive().assertStatus(200);
            }
            gone.request("GET", "/" + box + "?wait=3");
            client.awaitParked(box, 1);
            awaitWatched();
            CLOCKS.pass(Duration.ofSeconds(1));
            gone.receive().assertStatus(200);
            gone.request("GET", "/" + box + "?wait=60");
            client.awaitParked(box, 1);
            awaitWatched();
            assertEquals(1, server.openPolls());
            Departure.CLOSE.of(gone);
            awaitNoPoll();
        }
    }

    /** A megabyte in one answer, which is not one buffer. */
    private void fill() {
        String text = "x".repeat(200_000);
        for (int i = 0; i < 20; i++) {
            client.publish(box, i + text).assertStatus(201);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSE", "RESET"})
    void anAnswerThatBreaksOffIsHandedOutAgain(Departure departure) throws IOException {
        String large = "x".repeat(16 * 1024 * 1024);
        try (TestServer roomy =
                TestServer.start("--body=20000000", "--mailbox-bytes=20000000", "--topic-bytes=20000000")) {
            TestClient other = new TestClient(roomy);
            other.publish(box, large).assertStatus(201);
            String before = other.head(box).cursor();
            try (RawClient gone = RawClient.connect(roomy.uri(), 4096)) {
                gone.request("GET", "/" + box);
                assertEquals('H', gone.read());
                assertNotEquals(before, other.head(box).cursor());
                departure.of(gone);
            }
            await().atMost(SOON).until(() -> other.head(box).cursor().equals(before));
            assertEquals(List.of(large), other.poll(box).data());
        }
    }

    @Test
    void aClientThatReadsNothingHindersNobody() throws IOException {
        fill();
        List<RawClient> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                RawClient raw = RawClient.connect(server.uri(), 4096);
                idle.add(raw);
                raw.request("GET", "/" + box + "?after=start").request("GET", "/" + box + "?after=start");
            }
            assertEquals(5, client.poll(box + "?after=start").messages().size());
            CompletableFuture<Reply> parked = client.parkAs(1, "mailbox/bystander");
            client.publish("mailbox/bystander", "x");
            assertEquals(List.of("x"), TestClient.get(parked).data());
        } finally {
            for (RawClient raw : idle) {
                raw.reset();
            }
        }
    }

    @Test
    void aHalfClosedClientStillGetsALargeAnswer() throws IOException {
        fill();
        try (RawClient half = RawClient.connect(server.uri(), 4096)) {
            half.request("GET", "/" + box).halfClose();
            assertEquals(5, half.receive().assertStatus(200).messages().size());
            assertEquals(-1, half.read());
        }
    }

    @ParameterizedTest
    @EnumSource
    void goingAwayRightAfterTheAnswerHurtsNobody(Departure departure) throws IOException {
        for (int i = 0; i < 50; i++) {
            client.publish(box, "m" + i);
            try (RawClient raw = RawClient.connect(server)) {
                assertEquals(
                        List.of("m" + i),
                        raw.request("GET", "/" + box).receive().data());
                departure.of(raw);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void goingAwayWhileTheAnswerIsWrittenHurtsNobody(Departure departure) throws IOException {
        for (int i = 0; i < 50; i++) {
            try (RawClient raw = parked("?after=start&wait=60")) {
                CompletableFuture<Reply> publish = CompletableFuture.supplyAsync(() -> client.publish(box, "x"));
                departure.of(raw);
                TestClient.get(publish).assertStatus(201);
            }
            client.remove(box).assertStatus(204);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSE", "RESET"})
    void aPublisherThatGoesAwayInItsBodyStoresNothing(Departure departure) throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            raw.send(RawClient.head("POST", "/" + box, "Content-Length: 10") + "\r\nhalf");
            client.poll("health/live");
            departure.of(raw);
        }
        client.poll("health/ready").assertStatus(200);
        client.status(box).assertStatus(404);
    }

    @Test
    void aPublisherThatDoesNotWaitForTheAnswerHasPublished() throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            raw.post("/" + box, "text/plain", "x".getBytes(UTF_8));
        }
        assertEquals(List.of("x"), client.poll(box).data());
    }

    @Test
    void anHttp2ClientThatTakesItsRequestBackIsNoticedAtOnce() {
        try (Http2Client http2 = new Http2Client(server)) {
            CompletableFuture<Reply> parked = http2.read(box + "?wait=60");
            client.awaitParked(box, 1);
            parked.cancel(true);
            await().atMost(2, TimeUnit.SECONDS).until(() -> server.openPolls() == 0);
        }
        client.publish(box, "not lost");
        assertEquals(List.of("not lost"), client.poll(box + "?wait=0").data());
    }

    @Test
    void aConnectionThatNeverSaysAnythingIsClosedOnReset() throws IOException {
        for (int i = 0; i < 20; i++) {
            try (RawClient raw = RawClient.connect(server)) {
                raw.send("GET /" + box).reset();
            }
        }
        try (RawClient raw = RawClient.connect(server)) {
            raw.halfClose();
            assertEquals(-1, raw.read());
        }
    }
}
