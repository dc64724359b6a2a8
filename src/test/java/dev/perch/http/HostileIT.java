// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input. Each has its status and a problem, and none of it is ever delivered. */
final class HostileIT {
    private static final int BODY = 256 * 1024;
    private static final String NDJSON = "application/x-ndjson";

    private static TestServer server;
    private static TestClient client;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        client = new TestClient(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void nothingIsStoredAndTheServerStillServes() {
        client.status("mailbox/a").assertStatus(404);
        client.poll("health/live").assertStatus(200);
        assertEquals(0, server.openPolls());
    }

    /** Sends the bytes and takes the one answer to them. */
    private static Reply raw(String request) throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            return raw.send(request).receive();
        }
    }

    private static Reply post(String path, String type, byte[] body) throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            return raw.post(path, type, body).receive();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/mailbox/..",
                "/mailbox/.",
                "/mailbox/%2e%2e",
                "/mailbox/%2E",
                "/mailbox/../mailbox/a",
                "/mailbox/a/../b",
                "/mailbox/a%2Fb",
                "/mailbox/a%5Cb",
                "/mailbox/a\\b",
                "/mailbox/%252e",
                "/mailbox/",
                "/mailbox//a",
                "/mailbox/a;b=c",
                "/mailbox/a%20b",
                "/mailbox/a+b",
                "/mailbox/a%0a",
                "/mailbox/a%7f",
                "/mailbox/%C3%A4",
                "/mailbox/%FF",
                "/topic/..",
                "/topic/a%2Fb",
                "/mailbox//status",
                "/mailbox/a/topic/..",
                "/mailbox/a/topic/%C3%A4"
            })
    void aNameThatIsNoneIsRefused(String path) throws IOException {
        for (String method : List.of("GET", "POST", "PUT", "DELETE")) {
            raw(RawClient.head(method, path, "Content-Length: 0") + "\r\n").assertProblem(400, "bad-name");
        }
        String tooLong = "/mailbox/" + "n".repeat(129);
        raw(RawClient.head("GET", tooLong) + "\r\n").assertProblem(400, "bad-name");
    }

    @Test
    void aNameMayHave128Characters() {
        client.publish("mailbox/" + "n".repeat(128), "x").assertStatus(201);
        client.publish("mailbox/A-z0.9_~@:-", "x").assertStatus(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/mailbox/a%00",
                "/mailbox/%00",
                "/mailbox/%",
                "/mailbox/%zz",
                "/mailbox/%4",
                "/mailbox/\u00e4",
                "/mailbox/a\u0001"
            })
    void aPathThatIsNoUrlIsRefused(String path) throws IOException {
        Reply reply = raw(RawClient.head("GET", path, "Connection: close") + "\r\n");
        assertEquals(400, reply.status(), reply::toString);
        assertTrue(reply.string("type").startsWith("urn:perch:problem:bad-"), reply::text);
        reply.assertProblem(400, reply.string("type").replace("urn:perch:problem:", ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "after=x",
                "after=1",
                "wait=-1",
                "wait=x",
                "wait=1e3",
                "limit=-1",
                "limit=x",
                "limit=1.0",
                "topic=..",
                "topic=%C3%A4",
                "format=xml",
                "wait=%",
                "after=%zz"
            })
    void aBadParameterOfAReadIsRefused(String parameter) throws IOException {
        Reply reply =
                raw(RawClient.head("GET", "/mailbox/a?" + parameter) + "\r\n").assertStatus(400);
        reply.assertProblem(400, parameter.startsWith("topic") ? "bad-name" : "bad-parameter");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "x", "1.5", "2592001", "99999999999999999999", "%20"})
    void aBadTimeToLiveIsRefused(String ttl) {
        client.publish("mailbox/a?ttl=" + ttl, "x").assertProblem(400, "bad-parameter");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /mailbox/_ready",
        "GET, /mailbox/_ready",
        "DELETE, /mailbox/_ready",
        "POST, /topic/_broadcast",
        "DELETE, /topic/_broadcast",
        "PUT, /mailbox/a/topic/_broadcast",
        "DELETE, /mailbox/a/topic/_broadcast",
        "PUT, /mailbox/_a/topic/news"
    })
    void aReservedNameIsRefused(String method, String path) {
        client.request(method, path).assertProblem(403, "reserved-name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/json", NDJSON, "application/x-www-form-urlencoded", ""})
    void textThatIsNotUtf8IsRefused(String type) throws IOException {
        post("/mailbox/a", type, new byte[] {'"', (byte) 0xc3, (byte) 0x28, '"'})
                .assertProblem(400, "bad-body");
        post("/mailbox/a", type, new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'})
                .assertProblem(400, "bad-body");
    }

    @Test
    void anUnknownCharsetIsRefused() throws IOException {
        post("/mailbox/a", "text/plain; charset=klingon", new byte[] {'x'}).assertProblem(415, "unsupported");
        post("/mailbox/a", "application/json; charset=utf-16", new byte[] {'1'}).assertProblem(415, "unsupported");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "{\"a\":1,}",
                "{'a':1}",
                "[1 2]",
                "{\"a\":1}{",
                "1 2",
                "NaN",
                "tru",
                "True",
                "01",
                "+1",
                "\"\\x\"",
                "\"\t\"",
                "// c\n1",
                "[1,]",
                "{a:1}",
                "\"open",
                "0x1",
                ".5",
                "=1"
            })
    void whatIsNoJsonIsRefused(String text) {
        client.publish("mailbox/a", "application/json", text).assertProblem(400, "bad-body");
        String line = text.isBlank() ? "{" : text.lines().findFirst().orElseThrow();
        client.publish("mailbox/a", NDJSON, "1\n" + line + "\n2").assertProblem(400, "bad-body");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void deeplyNestedJsonIsRefused(String open) {
        String close = open.equals("[") ? "]" : "}";
        String text = open.repeat(10_000) + "1" + close.repeat(10_000);
        client.publish("mailbox/a", "application/json", text).assertProblem(400, "bad-body");
        client.publish("mailbox/a", NDJSON, "1\n" + text).assertProblem(400, "bad-body");
    }

    @Test
    void aBodyOneByteTooLargeIsRefusedAndOneThatFitsIsNot() throws IOException {
        byte[] large = "x".repeat(BODY + 1).getBytes(US_ASCII);
        post("/mailbox/a", "text/plain", large).assertProblem(413, "too-large");
        chunked(large).assertProblem(413, "too-large");
        client.publish("mailbox/fits", "x".repeat(BODY)).assertStatus(201);
    }

    private static Reply chunked(byte[] body) throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            raw.send(RawClient.head("POST", "/mailbox/a", "Transfer-Encoding: chunked") + "\r\n");
            for (int from = 0; from < body.length; from += 64 * 1024) {
                int size = Math.min(64 * 1024, body.length - from);
                raw.send(Integer.toHexString(size) + "\r\n");
                raw.send(new String(body, from, size, ISO_8859_1) + "\r\n");
            }
            return raw.send("0\r\n\r\n").receive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775807", "5000000000", "2000000"})
    void aHugeBodyIsRefusedBeforeItIsSent(String length) {
        assertTimeout(Duration.ofSeconds(5), () -> raw(RawClient.head("POST", "/mailbox/a", "Content-Length: " + length)
                        + "\r\n")
                .assertProblem(413, "too-large"));
    }

    @Test
    void aClientThatAsksFirstIsToldBeforeItSends() throws IOException {
        String[] headers = {"Content-Length: 3000000", "Expect: 100-continue"};
        raw(RawClient.head("POST", "/mailbox/a", headers) + "\r\n").assertProblem(413, "too-large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775808", "-1", "x", "1, 2"})
    void aLengthThatIsNoneIsRefused(String length) throws IOException {
        raw(RawClient.head("POST", "/mailbox/a", "Content-Length: " + length) + "\r\nxx")
                .assertProblem(400, "bad-request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 100", "Transfer-Encoding: chunked"})
    void aBodyThatIsCutShortIsRefused(String framing) throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            String start = framing.startsWith("T") ? "20\r\nhalf" : "half";
            raw.send(RawClient.head("POST", "/mailbox/a", framing) + "\r\n" + start);
            raw.halfClose().receive().assertProblem(400, "bad-body");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"zz\r\nxx\r\n", "-5\r\nhello\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "FFFFFFFFFFFFFFFFF\r\n", "5 5\r\n"
            })
    void aBrokenChunkIsRefused(String chunk) throws IOException {
        String head = RawClient.head("POST", "/mailbox/a", "Transfer-Encoding: chunked", "Content-Type: text/plain");
        raw(head + "\r\n" + chunk).assertProblem(400, "bad-body");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "gzip, identity"})
    void anEncodedBodyIsRefused(String encoding) {
        client.publish("mailbox/a", "text/plain", "x", "Content-Encoding", encoding)
                .assertProblem(415, "unsupported");
        client.publish("mailbox/plain", "text/plain", "x", "Content-Encoding", "identity")
                .assertStatus(201);
    }

    @Test
    void aBatchOfNothingButLineFeedsIsRefusedQuickly() {
        assertTimeout(Duration.ofSeconds(3), () -> client.publish("mailbox/a", NDJSON, "\n".repeat(BODY))
                .assertProblem(400, "bad-body"));
    }

    @Test
    void aBatchOfOneMessageTooManyIsRefusedAndDeepJsonThatIsAllowedIsNot() {
        try (TestServer small = TestServer.start("--batch-messages=3", "--json-depth=2")) {
            TestClient other = new TestClient(small);
            other.publish("mailbox/a", NDJSON, "1\n2\n3\n").assertStatus(201);
            other.publish("mailbox/a", NDJSON, "1\n2\n3\n4\n").assertProblem(413, "too-large");
            other.publish("mailbox/a", "application/json", "[[1]]").assertStatus(201);
            other.publish("mailbox/a", "application/json", "[[[1]]]").assertProblem(400, "bad-body");
            assertEquals(4, other.poll("mailbox/a").messages().size());
        }
    }

    @Test
    void aFullMailboxRefusesAndDeliversNothingOfIt() {
        client.publish("mailbox/full", NDJSON, "1\n".repeat(998)).assertStatus(201);
        Reply refused = client.publish("mailbox/full", NDJSON, "2\n2\n2").assertProblem(429, "mailbox-full");
        assertTrue(Integer.parseInt(refused.header("Retry-After")) > 0);
        client.publish("mailbox/full", NDJSON, "3\n3").assertStatus(201);
        client.publish("mailbox/full", "x").assertProblem(429, "mailbox-full");
        Reply all = client.poll("mailbox/full?limit=1000");
        assertEquals(1000, all.messages().size());
        assertTrue(all.data().stream().noneMatch("2"::equals));
        client.publish("mailbox/full", "room again").assertStatus(201);
    }
}
