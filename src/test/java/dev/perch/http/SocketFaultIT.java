// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Handshakes and frames that are wrong, and clients that mean harm. */
final class SocketFaultIT {
    private static final int BODY = 1000;

    private final TestServer server = TestServer.start("--body=" + BODY);
    private final TestClient client = new TestClient(server);

    @AfterEach
    void stop() {
        server.close();
    }

    /** The answer to a handshake without the lines that begin so, but with these. */
    private Reply handshake(String target, String without, String... with) throws IOException {
        String[] kept = Arrays.stream(RawSocket.HANDSHAKE)
                .filter(line -> without.isEmpty() || !line.startsWith(without))
                .toArray(String[]::new);
        String[] lines = Arrays.copyOf(kept, kept.length + with.length);
        System.arraycopy(with, 0, lines, kept.length, with.length);
        try (RawClient raw = RawClient.connect(server)) {
            return raw.request("GET", target, lines).receive();
        }
    }

    @Test
    void aHandshakeThatIsNoneIsAProblem() throws IOException {
        handshake("/mailbox/a", "Sec-WebSocket-Key").assertProblem(400, "bad-request");
        handshake("/mailbox/a", "Sec-WebSocket-Key", "Sec-WebSocket-Key: short").assertProblem(400, "bad-request");
        handshake("/mailbox/a", "Connection").assertProblem(400, "bad-request");
        Reply version = handshake("/mailbox/a", "Sec-WebSocket-Version", "Sec-WebSocket-Version: 8")
                .assertProblem(426, "upgrade-required");
        assertEquals("13", version.header("Sec-WebSocket-Version"));
        handshake("/mailbox/a", "Sec-WebSocket-Version").assertProblem(426, "upgrade-required");
        handshake("/nowhere", "").assertProblem(404, "not-found");
        handshake("/mailbox/a/status", "").assertProblem(404, "not-found");
        handshake("/mailbox/_ready", "").assertProblem(403, "reserved-name");
        handshake("/mailbox/a%20b", "").assertProblem(400, "bad-name");
        handshake("/mailbox/a?format=xml", "").assertProblem(400, "bad-parameter");
        handshake("/mailbox/a?after=x", "").assertProblem(400, "bad-parameter");
        handshake("/mailbox/a?to=elsewhere", "").assertProblem(400, "bad-parameter");
        handshake("/mailbox/a?to=topic/_presence", "").assertProblem(403, "reserved-name");
        handshake("/mailbox/a?topic=_presence", "").assertProblem(404, "not-found");
        handshake("/topic/_stats", "").assertProblem(404, "not-found");
        handshake("/topic/_news", "").assertProblem(403, "reserved-name");
        handshake("/mailbox/a?to=topic/t&type=gap", "").assertProblem(400, "bad-parameter");
        handshake("/mailbox/a?to=topic/t&ttl=never", "").assertProblem(400, "bad-parameter");
        assertEquals(404, client.status("mailbox/a").status(), "nothing was created");
    }

    @Test
    void pagesOfOtherSitesAreRefusedAndProgramsAreNot() throws IOException {
        handshake("/", "", "Origin: http://evil.example").assertProblem(403, "foreign-origin");
        handshake("/", "", "Origin: null").assertProblem(403, "foreign-origin");
        handshake("/", "", "Origin: http://localhost.evil.example").assertProblem(403, "foreign-origin");
        try (RawSocket own = RawSocket.open(server, "/", "Origin: http://LOCALHOST");
                RawSocket program = RawSocket.open(server, "/")) {
            assertTrue(own.head().startsWith("HTTP/1.1 101 "), own.head());
            assertTrue(program.head().contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), program.head());
        }
    }

    @Test
    void framesThatBreakTheProtocolCloseWith1002() throws IOException {
        assertEquals(1002, closeCode(RawSocket.FIN | RawSocket.TEXT, "x".getBytes(UTF_8), false), "not masked");
        assertEquals(1002, closeCode(RawSocket.FIN | 3, new byte[0], true), "an opcode that is not known");
        assertEquals(1002, closeCode(RawSocket.FIN, new byte[0], true), "a continuation of nothing");
        assertEquals(1002, closeCode(RawSocket.PING, new byte[0], true), "a fragment of a ping");
        assertEquals(1002, closeCode(RawSocket.FIN | RawSocket.PING, new byte[126], true), "a large ping");
        assertEquals(1002, closeCode(RawSocket.FIN | 0x20 | RawSocket.TEXT, new byte[0], true), "a reserved bit");
    }

    private int closeCode(int first, byte[] payload, boolean masked) throws IOException {
        try (RawSocket raw = RawSocket.open(server, "/mailbox/a?format=json")) {
            return raw.send(first, payload, masked).receive().closeCode();
        }
    }

    @Test
    void compressionIsNotAgreedOnSoThatABombCannotUnfold() throws IOException {
        try (RawSocket raw =
                RawSocket.open(server, "/mailbox/a", "Sec-WebSocket-Extensions: permessage-deflate, fragment")) {
            assertTrue(raw.head().startsWith("HTTP/1.1 101 "), raw.head());
            assertFalse(raw.head().contains("Sec-WebSocket-Extensions"), raw.head());
            raw.send(RawSocket.FIN | RawSocket.RSV1 | RawSocket.TEXT, new byte[] {1, 2, 3});
            assertEquals(1002, raw.receive().closeCode());
        }
    }

    @Test
    void aMessageThatIsTooLargeClosesWith1009HoweverItIsCut() throws IOException {
        try (RawSocket fits = RawSocket.open(server, "/mailbox/a?to=mailbox/b")) {
            fits.send(RawSocket.FIN | RawSocket.BINARY, new byte[BODY]);
            assertEquals(1, client.poll("mailbox/b").messages().size());
            fits.send(RawSocket.FIN | RawSocket.BINARY, new byte[BODY + 1]);
            assertEquals(1009, fits.receive().closeCode());
        }
        try (RawSocket parts = RawSocket.open(server, "/mailbox/a?to=mailbox/b")) {
            parts.send(RawSocket.BINARY, new byte[BODY]).send(RawSocket.FIN, new byte[1]);
            assertEquals(1009, parts.receive().closeCode());
        }
        try (RawSocket endless = RawSocket.open(server, "/mailbox/a?to=mailbox/b")) {
            endless.send(RawSocket.BINARY, new byte[4 * 1024 * 1024]);
            assertEquals(1009, endless.receive().closeCode());
        }
        assertEquals(List.of(), client.poll("mailbox/b?wait=0").messages());
    }

    @Test
    void whoeverGoesOnSendingAfterAMistakeMeetsNoResetBeforeItHasAnswered() throws IOException {
        try (RawSocket raw = RawSocket.open(server, "/mailbox/a?to=mailbox/b")) {
            raw.send(RawSocket.FIN | RawSocket.BINARY, new byte[BODY + 1]);
            RawSocket.Frame close = raw.receive();
            assertEquals(1009, close.closeCode());
            for (int i = 0; i < 100; i++) {
                raw.send(RawSocket.FIN | RawSocket.BINARY, new byte[BODY]);
            }
            assertEquals(1, server.openSockets());
            raw.send(close.first(), close.payload());
            assertThrows(EOFException.class, raw::receive);
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> server.openSockets() == 0);
        assertEquals(List.of(), client.poll("mailbox/b?wait=0").messages());
    }

    @Test
    void textThatIsNotUtf8ClosesWith1007() throws IOException {
        for (String target : List.of("/", "/mailbox/a", "/mailbox/a?format=json")) {
            try (RawSocket raw = RawSocket.open(server, target)) {
                raw.send(RawSocket.FIN | RawSocket.TEXT, new byte[] {'a', (byte) 0xc3, '('});
                assertEquals(1007, raw.receive().closeCode(), target);
            }
        }
    }

    @Test
    void aCharacterMayBeCutBetweenTwoFrames() throws IOException {
        try (RawSocket raw = RawSocket.open(server, "/mailbox/a?to=mailbox/b")) {
            raw.send(RawSocket.TEXT, new byte[] {(byte) 0xc3}).send(RawSocket.FIN, new byte[] {(byte) 0xbc});
            assertEquals(List.of("ü"), client.poll("mailbox/b").data());
        }
    }

    @Test
    void everyBoundHoldsForSocketsAndPollsTogether() throws Exception {
        try (TestServer small = TestServer.start("--parked=2")) {
            TestClient polls = new TestClient(small);
            polls.parkAs(1, "mailbox/a");
            try (TestSocket socket = TestSocket.open(small, "mailbox/b");
                    RawClient raw = RawClient.connect(small)) {
                polls.awaitParked("mailbox/b", 1);
                Reply refused =
                        raw.request("GET", "/mailbox/c", RawSocket.HANDSHAKE).receive();
                refused.assertProblem(503, "too-many-polls");
                assertEquals("2", refused.header("Retry-After"));
                polls.poll("mailbox/c").assertProblem(503, "too-many-polls");
                socket.bye();
            }
            await().atMost(Duration.ofSeconds(10)).until(() -> small.openSockets() == 0);
            polls.poll("mailbox/c?wait=0").assertStatus(200);
        }
    }

    @Test
    void aMailboxMayNotBeReadBySoManySocketsThatNobodyElseGetsIn() throws Exception {
        try (TestServer small = TestServer.start("--mailbox-parked=2");
                TestSocket first = TestSocket.open(small, "mailbox/a")) {
            TestClient polls = new TestClient(small);
            polls.awaitParked("mailbox/a", 1);
            try (TestSocket second = TestSocket.open(small, "mailbox/a")) {
                polls.awaitParked("mailbox/a", 2);
                try (TestSocket third = TestSocket.open(small, "mailbox/a")) {
                    assertEquals(4001, first.closeCode());
                    polls.publish("mailbox/a", "x");
                    assertEquals("x", second.next());
                    assertEquals("x", third.next());
                }
            }
        }
    }

    @Test
    void aMailboxThatIsDeletedClosesItsSocketsWith4002() throws Exception {
        try (TestSocket mailbox = TestSocket.open(server, "mailbox/a");
                TestSocket topic = TestSocket.open(server, "topic/t")) {
            client.awaitParked("mailbox/a", 1);
            client.awaitParked("topic/t", 1);
            client.publish("topic/t", "x");
            assertEquals("x", topic.next());
            client.awaitParked("topic/t", 1);
            client.remove("mailbox/a");
            client.remove("topic/t");
            assertEquals(4002, mailbox.closeCode());
            assertEquals(4002, topic.closeCode());
        }
    }

    @Test
    void whoeverGoesWithoutAWordIsForgotten() throws Exception {
        for (int i = 0; i < 20; i++) {
            RawSocket raw = RawSocket.open(server, i % 2 == 0 ? "/" : "/mailbox/m" + i);
            if (i % 4 < 2) {
                raw.raw().reset();
            } else {
                raw.close();
            }
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> server.openSockets() == 0);
        for (int i = 1; i < 20; i += 2) {
            String path = "mailbox/m" + i;
            await().atMost(Duration.ofSeconds(10)).until(() -> {
                Reply status = client.status(path);
                return status.status() == 404 || status.json().get("parked").getAsInt() == 0;
            });
        }
    }

    @Test
    void halfACloseIsTheEndOfASocket() throws IOException {
        try (RawSocket raw = RawSocket.open(server, "/mailbox/a")) {
            raw.raw().halfClose();
            try {
                assertEquals(RawSocket.CLOSE, raw.receive().opcode());
            } catch (EOFException e) {
                // Closed without a word, which a client that listens no more will not miss.
            }
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> server.openSockets() == 0);
    }
}
