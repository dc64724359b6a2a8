// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.perch.TestCertificate;
import dev.perch.TestServer;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.client.AsyncRequestContent;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that keep the server waiting: a byte now and then must not keep a connection for ever. */
final class DeadlineIT {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final TestServer server =
            TestServer.start("--header-deadline=1", "--body-deadline=1", "--write-deadline=1");
    private final TestClient client = new TestClient(server);
    private final ScheduledExecutorService dribble = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void stop() {
        dribble.shutdownNow();
        server.close();
    }

    /** Sends the text again and again, five times a second, until the connection is broken. */
    private void dribble(RawClient raw, String text) {
        dribble.scheduleAtFixedRate(
                () -> {
                    try {
                        raw.send(text);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                0,
                200,
                TimeUnit.MILLISECONDS);
    }

    private static void assertClosed(RawClient raw) throws IOException {
        try {
            assertEquals(-1, raw.patience((int) PATIENCE.toMillis()).read());
        } catch (SocketException e) {
            // A reset: something was sent after the server had closed.
        }
    }

    private long closed(String by) {
        String metrics = client.poll("metrics").text();
        Matcher meter = Pattern.compile("perch_connections_closed_total\\{by=\"" + by + "\"\\} ([0-9]+)")
                .matcher(metrics);
        return meter.find() ? Long.parseLong(meter.group(1)) : 0;
    }

    @ParameterizedTest
    @ValueSource(strings = {"G", "GET /mailbox/a HTTP/1.1\r\nHost: localhost\r\nX: ", "\r\n"})
    void aHeaderThatIsDribbledIsCutOff(String begin) throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            raw.send(begin);
            dribble(raw, begin.equals("\r\n") ? "\r\n" : "x");
            assertClosed(raw);
        }
        assertEquals(1, closed("header-deadline"));
    }

    @Test
    void aLaterHeaderOnAConnectionIsCutOffToo() throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            for (int i = 0; i < 3; i++) {
                raw.request("GET", "/mailbox/a?wait=0").receive().assertStatus(200);
            }
            raw.send("GET /");
            dribble(raw, "x");
            assertClosed(raw);
        }
    }

    @Test
    void aConnectionThatRestsBetweenRequestsIsLeftAlone() throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            for (int i = 0; i < 2; i++) {
                raw.request("GET", "/mailbox/a?wait=0").receive().assertStatus(200);
                await().pollDelay(Duration.ofMillis(2500)).until(() -> true);
            }
            raw.request("GET", "/mailbox/a?wait=3").receive().assertStatus(200);
        }
        assertEquals(0, closed("header-deadline"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1000", "Transfer-Encoding: chunked"})
    void aBodyThatIsDribbledIsRefusedAndNothingIsStored(String framing) throws IOException {
        for (String path : List.of("/mailbox/a", "/reply/" + "a".repeat(22))) {
            try (RawClient raw = RawClient.connect(server)) {
                raw.request("POST", path, framing);
                dribble(raw, framing.startsWith("T") ? "1\r\nx\r\n" : "x");
                raw.receive().assertProblem(400, "body-too-slow");
                assertClosed(raw);
            }
        }
        client.poll("mailbox/a/status").assertStatus(404);
    }

    @Test
    void aBodyThatIsDribbledOverHttp2IsRefused() {
        try (Http2Client http2 = new Http2Client(server);
                AsyncRequestContent body = new AsyncRequestContent()) {
            CompletableFuture<Reply> answer = http2.post("mailbox/a", body);
            dribble.scheduleAtFixedRate(
                    () -> body.write(ByteBuffer.wrap("x".getBytes(UTF_8)), Callback.NOOP),
                    0,
                    200,
                    TimeUnit.MILLISECONDS);
            await().atMost(PATIENCE)
                    .until(() ->
                            client.poll("metrics").text().contains("perch_refusals_total{reason=\"body-too-slow\"} 1"));
            answer.cancel(true);
        }
    }

    @Test
    void aHandshakeThatIsDribbledIsCutOffAndAConnectionThatRestsIsNot(@TempDir Path made) throws Exception {
        TestCertificate certificate = TestCertificate.make(made, "EC");
        SSLContext trust = TestCertificate.trust(List.of(certificate));
        try (TestServer tls = TestServer.start("--tls-store=" + certificate.store(), "--header-deadline=1");
                RawClient resting = RawClient.connect(tls.uri(), trust, "TLSv1.3");
                RawClient slow = RawClient.connect(tls.uri(), 0);
                RawClient silent = RawClient.connect(tls.uri(), 0)) {
            resting.request("GET", "/health/live").receive().assertStatus(200);
            // A record of a handshake, of which the length is said and the rest comes slowly (RFC 8446 section 5.1).
            slow.send("\u0016\u0003\u0001\u0002\u0000\u0001");
            dribble(slow, "\u0000");
            assertClosed(slow);
            assertClosed(silent);
            await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
            resting.request("GET", "/health/live").receive().assertStatus(200);
            resting.send("GET /");
            dribble(resting, "x");
            assertClosed(resting);
        }
    }

    @Test
    void aClientThatTakesNothingIsCutOff() throws IOException {
        for (int i = 0; i < 40; i++) {
            client.publish("mailbox/full", "x".repeat(100_000)).assertStatus(201);
        }
        try (RawClient raw = RawClient.connect(server.uri(), 2048)) {
            for (int i = 0; i < 40; i++) {
                raw.request("GET", "/mailbox/full?after=start&limit=1000");
            }
            await().atMost(PATIENCE).until(() -> closed("write-deadline") == 1);
        }
    }

    @Test
    void clientsThatAskForPagesAndTakeNothingHoldNoThreads() {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            List<RawClient> idlers = new ArrayList<>();
            try (TestServer patient = TestServer.start("--write-deadline=60")) {
                for (String path : List.of("/index.js", "/nothing", "/metrics")) {
                    for (int i = 0; i < 220; i++) {
                        RawClient raw = RawClient.connect(patient.uri(), 2048);
                        idlers.add(raw);
                        raw.send((RawClient.head("GET", path) + "\r\n").repeat(100));
                    }
                    TestClient honest = new TestClient(patient);
                    for (int i = 0; i < 20; i++) {
                        honest.publish("mailbox/a", "m" + i).assertStatus(201);
                        assertEquals(List.of("m" + i), honest.poll("mailbox/a").data());
                    }
                }
            } finally {
                for (RawClient raw : idlers) {
                    raw.reset();
                }
            }
        });
    }
}
