// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import dev.perch.access.Issuer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.client.StringRequestContent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What pages of other sites can make a browser send, and what comes of it. */
final class ForeignIT {
    private static final String FRIEND = "https://friend.example";
    private static final List<String> STATE_CHANGES = List.of(
            "POST /mailbox/a",
            "POST /topic/a",
            "POST /broadcast",
            "PUT /mailbox/a/topic/t",
            "DELETE /mailbox/a/topic/t",
            "DELETE /mailbox/a",
            "DELETE /topic/a",
            "POST /reply/AAAAAAAAAAAAAAAAAAAAAA");

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start("--jsonp", "--cors-origin=" + FRIEND);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** Sends a request with a header and, where it is a POST, a form's body. */
    private static Reply send(TestServer to, String request, String... lines) throws IOException {
        String[] parts = request.split(" ", 2);
        List<String> all = new ArrayList<>(List.of(lines));
        String body = parts[0].equals("POST") ? "a=b" : "";
        all.add("Content-Length: " + body.length());
        try (RawClient raw = RawClient.connect(to)) {
            return raw.send(RawClient.head(parts[0], parts[1], all.toArray(String[]::new)) + "\r\n" + body)
                    .receive();
        }
    }

    private static boolean isRefused(String request, String... lines) throws IOException {
        Reply reply = send(server, request, lines);
        if (reply.status() == 403) {
            reply.assertProblem(403, "foreign-origin");
            return true;
        }
        assertTrue(reply.status() < 300 || reply.status() == 410, reply::toString);
        return false;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "text/plain",
                "multipart/form-data; boundary=x",
                "application/json"
            })
    void aFormOfAnotherSiteChangesNothing(String type) throws IOException {
        for (String origin :
                List.of("http://evil.example", "null", "http://localhost:1", "https://friend.example.evil")) {
            for (String change : STATE_CHANGES) {
                assertTrue(isRefused(change, "Origin: " + origin, "Content-Type: " + type), change + " " + origin);
            }
        }
        assertEquals(404, send(server, "GET /mailbox/a/status").status(), "nothing was made");
    }

    @Test
    void aBrowserThatSaysWhereFromIsBelievedWithoutAnOrigin() throws IOException {
        for (String change : STATE_CHANGES) {
            assertTrue(isRefused(change, "Sec-Fetch-Site: cross-site"), change);
            assertTrue(isRefused(change, "Sec-Fetch-Site: same-site"), change);
            assertTrue(isRefused(change, "Sec-Fetch-Site: cross-site", "Referer: " + FRIEND + "/page"), change);
        }
    }

    @Test
    void ownPagesListedPagesAndProgramsMayChangeThings() throws IOException {
        for (String change : List.of("POST /mailbox/own", "PUT /mailbox/own/topic/t", "DELETE /mailbox/own/topic/t")) {
            for (String origin : List.of("http://localhost", "https://localhost", FRIEND)) {
                assertEquals(false, isRefused(change, "Origin: " + origin, "Sec-Fetch-Site: cross-site"), origin);
            }
            assertEquals(false, isRefused(change, "Sec-Fetch-Site: same-origin"), change);
            assertEquals(false, isRefused(change, "Sec-Fetch-Site: none"), change);
            assertEquals(false, isRefused(change), change);
        }
    }

    @Test
    void anImageOrALinkOfAnotherSiteTakesNoMessages() throws IOException {
        assertEquals(201, send(server, "POST /mailbox/taken").status());
        for (String mode : List.of("no-cors", "navigate")) {
            assertTrue(isRefused("GET /mailbox/taken?wait=0", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: " + mode));
        }
        assertTrue(isRefused("GET /mailbox/taken?wait=0", "Origin: http://evil.example"));
        assertEquals(1, send(server, "GET /mailbox/taken").messages().size());
        assertEquals(
                200,
                send(server, "GET /", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate")
                        .status());
    }

    @Test
    void aScriptIsForListedPagesOnly() throws IOException {
        String script = "GET /mailbox/s?wait=0&callback=f";
        String start = "/**/f({\"cursor\"";
        for (String field : List.of(
                "Referer: " + FRIEND + "/a/page", "Referer: http://localhost/", "Sec-Fetch-Site: same-origin")) {
            assertTrue(send(server, script, field).text().startsWith(start), field);
        }
        for (String field : List.of(
                "Referer: http://evil.example/",
                "Referer: https://friend.example.evil/",
                "Referer: none",
                "Sec-Fetch-Site: cross-site",
                "Origin: http://evil.example",
                "X-Nothing: at all")) {
            Reply reply = send(server, script, field);
            assertEquals(200, reply.status());
            assertTrue(
                    reply.text().startsWith("/**/f({\"problem\":{\"type\":\"urn:perch:problem:foreign-origin\""),
                    field);
        }
        assertTrue(send(server, script, "Sec-Fetch-Site: cross-site", "Referer: " + FRIEND)
                .text()
                .startsWith(start));
    }

    @Test
    void aScriptOfAPageThatKnowsATokenIsForIt(@TempDir Path directory) throws IOException {
        try (TestServer guarded = TestServer.start("--jsonp", Issuer.option(directory))) {
            String script = "GET /mailbox/s?wait=0&callback=f&access_token="
                    + Issuer.known().to("s").token();
            assertTrue(send(guarded, script).text().startsWith("/**/f({\"cursor\""));
            assertTrue(send(guarded, script, "Referer: http://evil.example/")
                    .text()
                    .contains("foreign-origin"));
        }
    }

    @Test
    void aSocketIsForOwnAndListedPages() throws IOException {
        String[] upgrade = {
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        };
        for (String path : List.of("/", "/mailbox/w", "/topic/w", "/broadcast")) {
            for (String origin : List.of("http://evil.example", "null", "http://localhost:81")) {
                assertEquals(403, socket(path, upgrade, "Origin: " + origin), path + " " + origin);
            }
            assertEquals(403, socket(path, upgrade, "Sec-Fetch-Site: cross-site"), path);
            for (String origin : List.of("http://localhost", FRIEND)) {
                assertEquals(101, socket(path, upgrade, "Origin: " + origin), path + " " + origin);
            }
            assertEquals(101, socket(path, upgrade, "X-From: a program"), path);
        }
    }

    private static int socket(String path, String[] upgrade, String line) throws IOException {
        List<String> lines = new ArrayList<>(List.of(upgrade));
        lines.add(line);
        try (RawClient raw = RawClient.connect(server)) {
            return raw.request("GET", path, lines.toArray(String[]::new))
                    .receiveHead()
                    .status();
        }
    }

    @Test
    void theHostOfAnHttp2RequestIsKnownToo() {
        try (Http2Client client = new Http2Client(server)) {
            for (String origin :
                    List.of(server.uri().resolve("/").toString().replaceFirst("/$", ""), "http://evil.example")) {
                Reply answer = TestClient.get(client.post("mailbox/h2", new StringRequestContent("hello"), origin));
                assertEquals(origin.contains("evil") ? 403 : 201, answer.status(), origin);
            }
        }
    }

    private static Reply asking(TestServer to, String host, String... lines) throws IOException {
        try (RawClient raw = RawClient.connect(to)) {
            StringBuilder head = new StringBuilder("GET /mailbox/r?wait=0 HTTP/1.1\r\nHost: " + host + "\r\n");
            for (String line : lines) {
                head.append(line).append("\r\n");
            }
            return raw.send(head + "\r\n").receive();
        }
    }

    @Test
    void aPageWhoseNamePointsHereIsNotAnswered(@TempDir Path directory) throws IOException {
        for (String host : List.of(
                "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "perch")) {
            asking(server, host).assertProblem(403, "foreign-host");
            asking(server, host, "Origin: http://" + host).assertProblem(403, "foreign-host");
        }
        for (String host : List.of(
                "localhost",
                "LOCALHOST:8080",
                "127.0.0.1",
                "127.0.0.1:8080",
                "[::1]",
                "[::1]:8080",
                "app.localhost",
                "friend.example",
                "Friend.Example:8443")) {
            asking(server, host).assertStatus(200);
        }
        try (TestServer open = TestServer.start("--open");
                TestServer guarded = TestServer.start(Issuer.option(directory))) {
            asking(open, "evil.example").assertStatus(200);
            asking(guarded, "evil.example").assertProblem(401, "token-missing");
        }
    }

    @Test
    void onlyATrustedProxySaysUnderWhichNameItWasAsked() throws IOException {
        String[] forwarded = {"Origin: https://site.example", "X-Forwarded-Host: site.example"};
        String[] standard = {
            "Origin: https://site.example", "Forwarded: for=203.0.113.9;host=\"site.example\";proto=https"
        };
        try (TestServer behind = TestServer.start("--trusted-proxy=127.0.0.0/8")) {
            asking(behind, "localhost", forwarded).assertStatus(200);
            asking(behind, "localhost", standard).assertStatus(200);
            asking(behind, "localhost", "Origin: https://evil.example", "X-Forwarded-Host: site.example")
                    .assertProblem(403, "foreign-origin");
        }
        try (TestServer other = TestServer.start("--trusted-proxy=10.0.0.0/8")) {
            asking(other, "localhost", forwarded).assertProblem(403, "foreign-origin");
            asking(other, "localhost", standard).assertProblem(403, "foreign-origin");
        }
        asking(server, "localhost", forwarded).assertProblem(403, "foreign-origin");
    }

    @Test
    void pagesAreKeptFromForeignContentAndFrames() throws IOException {
        for (String path : List.of("/", "/index.js", "/perch.js")) {
            Reply reply = send(server, "GET " + path).assertStatus(200);
            assertTrue(
                    reply.header("Content-Security-Policy").startsWith("default-src 'none'; script-src 'self';"), path);
            assertTrue(reply.header("Content-Security-Policy").endsWith("frame-ancestors 'none'"), path);
            assertEquals("DENY", reply.header("X-Frame-Options"), path);
            assertEquals("no-referrer", reply.header("Referrer-Policy"), path);
            assertEquals("nosniff", reply.header("X-Content-Type-Options"), path);
            assertEquals("same-origin", reply.header("Cross-Origin-Opener-Policy"), path);
        }
    }
}
