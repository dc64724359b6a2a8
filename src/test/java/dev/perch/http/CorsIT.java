// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pages of other origins. */
final class CorsIT {
    private static final String FRIEND = "https://friend.example";
    private static final String OTHER = "http://other.example:8081";
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start("--cors-origin=" + FRIEND, "--cors-origin", OTHER);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Reply ask(TestServer asked, String method, String target, String... lines) throws IOException {
        try (RawClient raw = RawClient.connect(asked)) {
            return raw.request(method, target, lines).receive();
        }
    }

    private static Set<String> list(Reply reply, String name) {
        Set<String> names = new TreeSet<>();
        for (String each : reply.header(name).split(",", -1)) {
            names.add(each.strip().toLowerCase(Locale.ROOT));
        }
        return names;
    }

    @Test
    void anAllowedOriginMaySeeAnswersAndTheirFields() throws IOException {
        for (String origin : List.of(FRIEND, OTHER)) {
            Reply reply =
                    ask(server, "GET", "/mailbox/a?wait=0", "Origin: " + origin).assertStatus(200);
            assertEquals(origin, reply.header("Access-Control-Allow-Origin"));
            assertEquals("true", reply.header("Access-Control-Allow-Credentials"));
            assertEquals("Origin", reply.header("Vary"));
            assertTrue(list(reply, "Access-Control-Expose-Headers")
                    .containsAll(List.of(
                            "etag",
                            "perch-cursor",
                            "perch-gap",
                            "perch-ended",
                            "message-id",
                            "message-topic",
                            "message-type",
                            "message-from",
                            "message-reply",
                            "retry-after",
                            "ratelimit",
                            "ratelimit-policy",
                            "preference-applied")));
        }
    }

    @Test
    void problemsAndStreamsMayBeSeenToo() throws IOException {
        for (String target : List.of("/mailbox/a?wait=x", "/mailbox/a%2Fb", "/nothing", "/mailbox/nobody/status")) {
            Reply reply = ask(server, "GET", target, "Origin: " + FRIEND);
            assertTrue(reply.status() >= 400, target);
            assertEquals("application/problem+json", reply.header("Content-Type"), target);
            assertEquals(FRIEND, reply.header("Access-Control-Allow-Origin"), target);
            assertEquals("Origin", reply.header("Vary"), target);
        }
        Reply posted = ask(server, "POST", "/nothing", "Origin: " + FRIEND, "Content-Length: 0");
        assertEquals(FRIEND, posted.assertStatus(405).header("Access-Control-Allow-Origin"));
        try (StreamClient events = StreamClient.events(server, "/topic/t", "Origin: " + FRIEND)) {
            assertEquals(FRIEND, events.header("Access-Control-Allow-Origin"));
        }
    }

    @Test
    void anotherOriginIsRefusedAndItsPageMayNotSeeWhy() throws IOException {
        for (String origin : List.of(
                "https://friend.example.evil", "http://friend.example", "https://friendXexample", "null", "*")) {
            Reply reply = ask(server, "GET", "/mailbox/a?wait=0", "Origin: " + origin);
            reply.assertProblem(403, "foreign-origin");
            assertEquals("", reply.header("Access-Control-Allow-Origin"), origin);
            assertEquals("Origin", reply.header("Vary"), origin);
            Reply preflight = preflight(server, origin, "POST", "content-type");
            assertEquals("", preflight.header("Access-Control-Allow-Origin"), origin);
        }
        assertEquals("", ask(server, "GET", "/mailbox/a?wait=0").header("Access-Control-Allow-Origin"));
    }

    private static Reply preflight(TestServer asked, String origin, String method, String fields) throws IOException {
        return ask(
                asked,
                "OPTIONS",
                "/mailbox/a",
                "Origin: " + origin,
                "Access-Control-Request-Method: " + method,
                "Access-Control-Request-Headers: " + fields);
    }

    @Test
    void aPreflightIsToldWhatMayBeSent() throws IOException {
        Reply reply = preflight(server, FRIEND, "PUT", "idempotency-key").assertStatus(200);
        assertEquals(FRIEND, reply.header("Access-Control-Allow-Origin"));
        assertEquals(Set.of("get", "head", "post", "put", "delete"), list(reply, "Access-Control-Allow-Methods"));
        assertEquals(
                Set.of("authorization", "content-type", "idempotency-key", "if-none-match", "last-event-id", "prefer"),
                list(reply, "Access-Control-Allow-Headers"));
        assertEquals("600", reply.header("Access-Control-Max-Age"));
        Reply options =
                ask(server, "OPTIONS", "/mailbox/a", "Origin: " + FRIEND).assertStatus(204);
        assertEquals("GET, HEAD, POST, DELETE, OPTIONS", options.header("Allow"));
    }

    @Test
    void everyOriginIsAllowedOnlyWithoutCredentials() throws IOException {
        try (TestServer open = TestServer.start("--cors-origin=*")) {
            for (String origin : List.of(FRIEND, "null", "file://")) {
                Reply reply = ask(open, "GET", "/mailbox/a?wait=0", "Origin: " + origin);
                assertTrue(Set.of("*", origin).contains(reply.header("Access-Control-Allow-Origin")), origin);
                assertEquals("", reply.header("Access-Control-Allow-Credentials"));
                assertEquals("", preflight(open, origin, "PUT", "x").header("Access-Control-Allow-Credentials"));
            }
        }
    }

    @Test
    void withoutTheOptionNothingIsSaidOfOrigins() throws IOException {
        try (TestServer off = TestServer.start()) {
            Reply reply = ask(off, "GET", "/health/live", "Origin: " + FRIEND).assertStatus(200);
            assertEquals("", reply.header("Access-Control-Allow-Origin"));
            assertEquals("", reply.header("Vary"));
            preflight(off, FRIEND, "POST", "x").assertStatus(204);
        }
    }

    @Test
    void anXDomainRequestCanPublishAndPoll() throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            byte[] body = "f\u00fcr alle & alles".getBytes(UTF_8);
            raw.send(RawClient.head("POST", "/mailbox/xdr", "Origin: " + FRIEND, "Content-Length: " + body.length)
                    + "\r\n");
            Reply stored = raw.send(body).receive().assertStatus(201);
            assertEquals(FRIEND, stored.header("Access-Control-Allow-Origin"));
            Reply read = raw.request("GET", "/mailbox/xdr?after=start", "Origin: " + FRIEND, "Accept: */*")
                    .receive()
                    .assertStatus(200);
            assertEquals(List.of("f\u00fcr alle & alles"), read.data());
            assertEquals(FRIEND, read.header("Access-Control-Allow-Origin"));
        }
    }
}
