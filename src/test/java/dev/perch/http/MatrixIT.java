// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import dev.perch.access.Issuer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every request of the API with every kind of token: exactly which status it gets. */
final class MatrixIT {
    /** Who asks for the replies to messages, of which there is none. */
    private static final String NO_REPLY = "/reply/AAAAAAAAAAAAAAAAAAAAAA";

    @TempDir
    static Path directory;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(Issuer.option(directory), "--jsonp", "--presence", "--presence-linger=1");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /**
     * A row.
     *
     * @param method of the request; SOCKET is a GET that asks for a WebSocket
     * @param rights all that its token has to name: a subject, or what it reads ({@code <}) or writes ({@code >})
     * @param right its status with such a token
     * @param others its status with a token that names everything but that
     */
    record Row(String method, String target, List<String> rights, int right, int others) {
        @Override
        public String toString() {
            return method + " " + target + " " + rights;
        }

        Issuer issue(Issuer issuer, List<String> named) {
            List<String> read = new ArrayList<>(List.of("mailbox/zoe", "topic/other", "topic/zoe*"));
            List<String> write = new ArrayList<>(read);
            for (String each : named) {
                String grant = each.substring(1);
                switch (each.charAt(0)) {
                    case '<' -> read.add(grant);
                    case '>' -> write.add(grant);
                    default -> issuer.to(each);
                }
            }
            return issuer.read(read.toArray(String[]::new)).write(write.toArray(String[]::new));
        }
    }

    private static Row row(String method, String target, int right, String... rights) {
        return new Row(method, target, List.of(rights), right, rights.length == 0 ? right : 403);
    }

    static Stream<Row> rows() {
        return Stream.of(
                // Publish.
                row("POST", "/mailbox/amy", 201, ">mailbox/amy"),
                row("POST", "/mailbox/amy", 201, ">mailbox/*"),
                row("POST", "/mailbox/amy", 201, ">*"),
                row("POST", "/mailbox/amy?receipt=acked&wait=0", 202, ">mailbox/amy"),
                row("POST", "/mailbox/amy?reply=1&wait=0", 504, ">mailbox/amy"),
                row("POST", "/mailbox/amy?from=bob", 201, "bob", ">mailbox/amy"),
                row("POST", "/mailbox/bob?from=bob", 201, "bob", ">mailbox/bob"),
                row("POST", "/topic/news", 201, ">topic/news"),
                row("POST", "/topic/news", 201, ">topic/ne*"),
                row("POST", "/topic/news?except=bob&ttl=9&type=t", 201, ">topic/*"),
                row("POST", "/broadcast", 201, ">broadcast"),
                row("POST", NO_REPLY, 410),
                // Read: polls, streams, scripts, and sockets.
                row("GET", "/mailbox/amy?wait=0", 200, "amy"),
                row("GET", "/mailbox/amy?wait=0", 200, "<mailbox/amy"),
                row("GET", "/mailbox/amy?wait=0", 200, "<mailbox/a*"),
                row("GET", "/mailbox/amy?wait=0", 200, "<*"),
                row("GET", "/mailbox/amy?wait=0&format=text&after=start", 200, "amy"),
                row("GET", "/mailbox/amy?format=sse", 200, "amy"),
                row("GET", "/mailbox/amy?format=ndjson", 200, "amy"),
                row("GET", "/mailbox/amy?wait=0&topic=news", 200, "amy", "<topic/news"),
                row("GET", "/mailbox/amy?format=sse&topic=news", 200, "amy", "<topic/news"),
                row("HEAD", "/mailbox/amy", 200, "amy"),
                row("SOCKET", "/mailbox/amy", 101, "amy"),
                row("SOCKET", "/mailbox/amy?topic=news", 101, "amy", "<topic/news"),
                row("SOCKET", "/mailbox/amy?to=topic/news", 101, "amy", ">topic/news"),
                row("GET", "/topic/news?wait=0", 200, "<topic/news"),
                row("GET", "/topic/news?wait=0", 200, "<topic/*"),
                row("GET", "/topic/news?format=sse", 200, "<topic/news"),
                row("HEAD", "/topic/news", 200, "<topic/news"),
                row("SOCKET", "/topic/news", 101, "<topic/news"),
                row("GET", "/topic/_presence?wait=0", 200, "<topic/_presence"),
                row("GET", "/topic/_presence?wait=0", 200, "<*"),
                row("GET", "/broadcast?wait=0", 200, "<broadcast"),
                row("HEAD", "/broadcast", 200, "<broadcast"),
                row("GET", "/topic/_broadcast?wait=0", 200, "<broadcast"),
                row("SOCKET", "/broadcast", 101, "<broadcast"),
                row("SOCKET", "/", 101, "<broadcast"),
                row("SOCKET", "/?topic=news&to=topic/news", 101, "<broadcast", "<topic/news", ">topic/news"),
                // Follow, look, remove.
                row("PUT", "/mailbox/amy/topic/news", 200, "amy", "<topic/news"),
                row("DELETE", "/mailbox/amy/topic/news", 204, "amy"),
                row("GET", "/mailbox/amy/status", 200, "amy"),
                row("HEAD", "/mailbox/amy/status", 200, "<mailbox/amy"),
                row("GET", "/topic/news/status", 200, "<topic/news"),
                row("DELETE", "/mailbox/cid", 204, "cid"),
                row("DELETE", "/mailbox/cid", 204, ">*"),
                row("DELETE", "/topic/old", 204, ">*"),
                // What everybody may ask who has a token.
                row("OPTIONS", "/mailbox/amy", 204),
                row("OPTIONS", NO_REPLY, 204),
                row("PATCH", "/mailbox/amy", 405),
                row("GET", "/mailbox/amy/nothing", 404),
                row("GET", "/mailbox/a%20b", 400),
                row("SOCKET", "/nowhere", 404),
                row("TRACE", "/metrics", 405),
                row("GET", "/metrics", 200, "<*"),
                row("HEAD", "/metrics", 200, "<*"));
    }

    /** What needs no token, whatever token comes with it. */
    static Stream<Row> open() {
        return Stream.of(
                row("GET", "/", 200),
                row("GET", "/index.js", 200),
                row("GET", "/nothing", 404),
                row("GET", "/health/live", 200),
                row("GET", "/health/ready", 200));
    }

    private static Reply send(Row row, String... lines) throws IOException {
        List<String> all = new ArrayList<>(List.of(lines));
        try (RawClient raw = RawClient.connect(server)) {
            if (row.method.equals("SOCKET")) {
                all.addAll(List.of(
                        "Connection: Upgrade",
                        "Upgrade: websocket",
                        "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
                return raw.request("GET", row.target, all.toArray(String[]::new))
                        .receiveHead();
            }
            if (row.method.equals("POST")) {
                all.addAll(List.of("Content-Type: text/plain", "Content-Length: 5"));
                return raw.send(RawClient.head("POST", row.target, all.toArray(String[]::new)) + "\r\nhello")
                        .receiveHead();
            }
            return raw.request(row.method, row.target, all.toArray(String[]::new))
                    .receiveHead();
        }
    }

    /** The answer is of that status, and says of tokens what RFC 6750 section 3 asks for. */
    private static void assertAnswer(int expected, String error, Reply reply, String what) {
        assertEquals(expected, reply.status(), () -> what + ": " + reply);
        String challenge = error == null ? "" : "Bearer realm=\"perch\"" + error;
        assertEquals(challenge, reply.header("WWW-Authenticate"), what);
    }

    private static String error(int status) {
        return status == 403 ? ", error=\"insufficient_scope\"" : null;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void everyRequestNeedsAToken(Row row) throws IOException {
        // What they read or look at is there, so that only the token decides.
        for (String path : List.of("mailbox/amy", "topic/news", "mailbox/cid")) {
            String body = "hello";
            Row there = row("POST", "/" + path, 201);
            assertEquals(201, send(there, Issuer.known().write("*").field()).status(), body);
        }
        assertAnswer(401, "", send(row), "no token");
        assertAnswer(401, "", send(row, "Authorization: Basic YTpi"), "another scheme");
        String invalid = ", error=\"invalid_token\"";
        List<String> named = row.rights;
        Issuer wrong = row.issue(Issuer.unknown(), named);
        assertAnswer(401, invalid, send(row, wrong.field()), "wrong key");
        Issuer expired = row.issue(Issuer.known(), named).lasting(Duration.ofSeconds(-40));
        assertAnswer(401, invalid, send(row, expired.field()), "expired");
        Issuer early = row.issue(Issuer.known(), named).from(Duration.ofSeconds(40));
        assertAnswer(401, invalid, send(row, early.field()), "not yet valid");
        Issuer endless = row.issue(Issuer.known(), named).until(null);
        assertAnswer(401, invalid, send(row, endless.field()), "without an end");
        assertAnswer(401, invalid, send(row, "Authorization: Bearer x.y.z"), "no token at all");
        Issuer others = row.issue(Issuer.known(), List.of());
        assertAnswer(row.others, error(row.others), send(row, others.field()), "other names");
        Issuer zoe = row.issue(Issuer.known(), List.of("zoe"));
        assertAnswer(row.others, error(row.others), send(row, zoe.field()), "another subject");
        for (String left : named) {
            List<String> rest =
                    named.stream().filter(each -> !each.equals(left)).toList();
            Issuer half = row.issue(Issuer.known(), rest);
            assertAnswer(403, error(403), send(row, half.field()), "all but " + left);
        }
        Issuer right = row.issue(Issuer.known(), named);
        assertAnswer(row.right, null, send(row, right.field()), "right");
        String query = (row.target.contains("?") ? "&" : "?") + "access_token=" + right.token();
        Row inQuery = new Row(row.method, row.target + query, named, row.right, row.others);
        assertAnswer(row.right, null, send(inQuery), "right, in the query");
        assertAnswer(400, ", error=\"invalid_request\"", send(inQuery, right.field()), "in both places");
    }

    @ParameterizedTest
    @MethodSource("open")
    void pagesAndHealthNeedNone(Row row) throws IOException {
        assertAnswer(row.right, null, send(row), "no token");
        assertAnswer(row.right, null, send(row, Issuer.unknown().field()), "wrong key");
        assertAnswer(row.right, null, send(row, Issuer.known().to("amy").field()), "right");
    }

    @Test
    void readingIsNotWriting() throws IOException {
        String reader = Issuer.known().read("*").field();
        String writer = Issuer.known().write("*").field();
        assertEquals(403, send(row("POST", "/mailbox/amy", 0), reader).status());
        assertEquals(403, send(row("DELETE", "/mailbox/amy", 0), reader).status());
        assertEquals(403, send(row("GET", "/mailbox/amy?wait=0", 0), writer).status());
        assertEquals(403, send(row("GET", "/mailbox/amy/status", 0), writer).status());
        assertEquals(403, send(row("PUT", "/mailbox/amy/topic/news", 0), writer).status());
        assertEquals(403, send(row("GET", "/metrics", 0), writer).status());
    }

    @Test
    void aStarBehindAKindDoesNotReachReservedNames() throws IOException {
        String all =
                Issuer.known().read("topic/*", "mailbox/*").write("topic/*").field();
        for (String name : List.of("_presence", "_broadcast", "_stats")) {
            assertEquals(
                    403, send(row("GET", "/topic/" + name + "?wait=0", 0), all).status(), name);
        }
        assertEquals(403, send(row("GET", "/broadcast?wait=0", 0), all).status());
    }

    @Test
    void aForeignMailboxLooksTheSameWhetherItExistsOrNot() throws IOException {
        assertEquals(
                201,
                send(row("POST", "/mailbox/there", 0), Issuer.known().write("*").field())
                        .status());
        String mallory = Issuer.known().to("mallory").field();
        for (String rest : List.of("", "?wait=0", "?after=start&format=text", "/status", "/topic/other")) {
            for (String method : List.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "SOCKET")) {
                Reply there = send(row(method, "/mailbox/there" + rest, 0), mallory);
                Reply nowhere = send(row(method, "/mailbox/nowhere" + rest, 0), mallory);
                assertEquals(nowhere.status(), there.status(), method + rest);
                assertEquals(withoutDate(nowhere), withoutDate(there), method + rest);
                assertTrue(Set.of(204, 403, 404, 405).contains(there.status()), there::toString);
            }
        }
    }

    private static String withoutDate(Reply reply) {
        reply.headers().remove("Date");
        return reply.headers().toString();
    }

    @Test
    void aTopicNamesOnlyThoseFollowersThatTheCallerMayRead() {
        TestClient client = new TestClient(server);
        String all = "Bearer " + Issuer.known().read("*").write("*").token();
        for (String mailbox : List.of("eve", "fay", "gus")) {
            client.request("PUT", "mailbox/" + mailbox + "/topic/club", "Authorization", all)
                    .assertStatus(200);
        }
        String eve = "Bearer " + Issuer.known().to("eve").read("topic/club").token();
        Reply reply = client.poll("topic/club/status", "Authorization", eve).assertStatus(200);
        assertEquals("[\"eve\"]", reply.json().get("followers").toString());
        Reply whole = client.poll("topic/club/status", "Authorization", all).assertStatus(200);
        assertEquals("[\"eve\",\"fay\",\"gus\"]", whole.json().get("followers").toString());
    }

    @Test
    void theSenderIsWhomTheTokenNames() {
        TestClient client = new TestClient(server);
        String bob = "Bearer " + Issuer.known().to("bob").write("mailbox/hal").token();
        String nobody = "Bearer " + Issuer.known().write("mailbox/hal").token();
        String hal = "Bearer " + Issuer.known().to("hal").token();
        client.publish("mailbox/hal", "text/plain", "1", "Authorization", bob).assertStatus(201);
        client.publish("mailbox/hal", "text/plain", "2", "Authorization", nobody)
                .assertStatus(201);
        client.publish("mailbox/hal?from=hal", "text/plain", "3", "Authorization", bob)
                .assertProblem(403, "not-allowed");
        client.publish("mailbox/hal?from=bob", "text/plain", "4", "Authorization", nobody)
                .assertProblem(403, "not-allowed");
        Reply read = client.poll("mailbox/hal", "Authorization", hal);
        assertEquals(List.of("1", "2"), read.data());
        assertEquals("bob", read.messages().get(0).get("from").getAsString());
        assertFalse(read.messages().get(1).has("from"));
    }

    @Test
    void aTokenIsNeverEchoed() throws IOException {
        String token = Issuer.known().to("amy").token();
        String bad = Issuer.unknown().to("amy").token();
        for (String given : List.of(token, bad)) {
            for (String target : List.of(
                    "/mailbox/amy?wait=0&access_token=",
                    "/mailbox/other?access_token=",
                    "/mailbox/a%2Fb?access_token=",
                    "/mailbox/amy?wait=x&access_token=",
                    "/mailbox/amy?callback=f&wait=0&access_token=",
                    "/nothing?access_token=",
                    "/topic/x?callback=f&access_token=",
                    "/?access_token=")) {
                try (RawClient raw = RawClient.connect(server)) {
                    Reply reply = raw.request("GET", target + given).receive();
                    assertFalse(reply.toString().contains(given), target);
                    assertFalse(reply.toString().contains(given.substring(given.lastIndexOf('.'))), target);
                }
            }
        }
    }

    @Test
    void aScriptIsToldOfItsTokenInAScript() throws IOException {
        Row row = row("GET", "/mailbox/amy?callback=f", 0);
        try (RawClient raw = RawClient.connect(server)) {
            Reply reply = raw.request(row.method, row.target).receive();
            reply.assertStatus(200);
            String script = new String(reply.body(), StandardCharsets.UTF_8);
            assertTrue(script.startsWith("/**/f({\"problem\":{\"type\":\"urn:perch:problem:token-missing\""), script);
        }
    }
}
