// SPDX-License-Identifier: Apache-2.0
package dev.perch.programs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests of which one program could see one and another two (RFC 9112 section 11.2). Each hides a publish to a
 * mailbox that nothing else writes to: it must never be carried out, sent to the server itself or through nginx, which
 * lets no request to that mailbox pass that it recognises.
 */
final class SmugglingIT {
    private static final int PATIENCE_MILLIS = 20_000;

    /** What must not arrive. */
    private static final String HIDDEN =
            "POST /mailbox/sentinel HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nbad";

    /** Passes on all requests as they are, over connections that are used again, but those to the one mailbox. */
    private static final String CONFIGURATION =
            """
            upstream perch {
                server 127.0.0.1:8080;
                keepalive 8;
            }
            server {
                listen 80;
                keepalive_timeout 0;
                client_header_timeout 1s;
                client_body_timeout 1s;
                location /mailbox/sentinel { return 403; }
                location / {
                    proxy_pass http://perch;
                    proxy_http_version 1.1;
                    proxy_set_header Host $http_host;
                    proxy_set_header Connection '';
                    proxy_request_buffering off;
                }
            }
            """;

    @TempDir
    Path directory;

    private TestServer perch;

    @BeforeEach
    void start() {
        perch = TestServer.start();
    }

    @AfterEach
    void stop() {
        perch.close();
    }

    private static String request(String lines, String body) {
        return "POST /mailbox/outer HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n" + lines + "\r\n"
                + body;
    }

    /** A chunked body of which everything belongs to the first chunk. */
    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n0\r\n\r\n";
    }

    /** Framings that have no meaning, or two: the answer is an error and the end of the connection. */
    private static Map<String, String> ambiguous() {
        Map<String, String> cases = new LinkedHashMap<>();
        String end = "0\r\n\r\n" + HIDDEN;
        List<String> codings = new ArrayList<>(List.of(
                "xchunked",
                "chunked, identity",
                "identity, chunked",
                "identity",
                "gzip, chunked",
                "chunked, chunked",
                "chunked;q=1",
                "\"chunked\"",
                "chunked x",
                "chun ked",
                "chunked,",
                "\u000bchunked",
                "chunked\u000b",
                "chunked\u0000",
                "cow",
                "gzip",
                "chunked\u00a0",
                "\u00e7hunked"));
        for (String coding : codings) {
            cases.put("coding " + coding, request("Transfer-Encoding: " + coding + "\r\n", end));
        }
        String length = "Content-Length: 5\r\n";
        String chunked = "Transfer-Encoding: chunked\r\n";
        cases.put("length, coding", request(length + chunked, end));
        cases.put("coding, length", request(chunked + length, end));
        cases.put("coding twice", request(chunked + chunked, end));
        cases.put("coding twice, one unknown", request(chunked + "Transfer-Encoding: x\r\n", end));
        cases.put("unknown coding, then chunked", request("Transfer-Encoding: x\r\n" + chunked, end));
        cases.put("blank before the colon", request(length + "Transfer-Encoding : chunked\r\n", end));
        cases.put("tab before the colon", request(length + "Transfer-Encoding\t: chunked\r\n", end));
        cases.put("folded", request(length + "X: y\r\n Transfer-Encoding: chunked\r\n", end));
        cases.put("folded value", request(length + "Transfer-Encoding:\r\n chunked\r\n", end));
        cases.put("control in the name", request(length + "Transfer-\u0001Encoding: chunked\r\n", end));
        cases.put("bare carriage return", request(length + "X: y\rTransfer-Encoding: chunked\r\n", end));
        cases.put("two lengths", request("Content-Length: 5\r\nContent-Length: 0\r\n", "12345" + HIDDEN));
        cases.put("two lengths in one", request("Content-Length: 0, 5\r\n", "12345" + HIDDEN));
        for (String bad : List.of("+5", "-5", "0x5", "5 5", "5;5", "5.0", "\u0665", "5e0", "18446744073709551621")) {
            cases.put("length " + bad, request("Content-Length: " + bad + "\r\n", "12345" + HIDDEN));
        }
        for (String bad :
                List.of("0x5", "+5", "-5", " 5", "5 5", "FFFFFFFFFFFFFFFF5", "100000005", "g", "", "5\u0000")) {
            cases.put("chunk " + bad, request(chunked, bad + "\r\nhello\r\n" + end));
        }
        cases.put("chunk that is longer than it says", request(chunked, "3\r\nhello\r\n" + end));
        cases.put("chunk without its end", request(chunked, "5\r\nhelloXX" + end));
        cases.put("line feed in a quoted extension", request(chunked, "5;a=\"\n\"\r\nhello\r\n" + end));
        cases.put("line in a quoted extension", request(chunked, "5;a=\"\r\n0\r\n\r\n" + HIDDEN));
        return cases;
    }

    /** Framings that have one meaning, in which what is hidden is a part of the message. */
    private static Map<String, String> plain() {
        Map<String, String> cases = new LinkedHashMap<>();
        String chunked = "Transfer-Encoding: chunked\r\n";
        cases.put("body", request("Content-Length: " + HIDDEN.length() + "\r\n", HIDDEN));
        cases.put("the same length twice", request(("Content-Length: " + HIDDEN.length() + "\r\n").repeat(2), HIDDEN));
        cases.put("chunk", request(chunked, chunk(HIDDEN)));
        cases.put("coding in capitals", request("Transfer-Encoding: CHUNKED\r\n", chunk(HIDDEN)));
        cases.put("extension", request(chunked, "5;a=b;c\r\nhello\r\n0\r\n\r\n"));
        cases.put(
                "extension that looks like a request",
                request(chunked, "5;POST /mailbox/sentinel\r\nhello\r\n0\r\n\r\n"));
        cases.put(
                "underscore",
                request("Transfer_Encoding: chunked\r\nContent-Length: " + HIDDEN.length() + "\r\n", HIDDEN));
        cases.put("trailer", request(chunked, "5\r\nhello\r\n0\r\nContent-Length: 99\r\nX: y\r\n\r\n"));
        cases.put(
                "read with a body",
                "GET /mailbox/none?wait=0 HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + HIDDEN.length()
                        + "\r\n\r\n" + HIDDEN);
        cases.put(
                "read with a chunk",
                "GET /mailbox/none?wait=0 HTTP/1.1\r\nHost: localhost\r\n" + chunked + "\r\n" + chunk(HIDDEN));
        cases.put(
                "refused, with its body behind it",
                "POST /mailbox/..x..%2f HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + HIDDEN.length() + "\r\n\r\n"
                        + HIDDEN);
        cases.put(
                "page with a body",
                "POST /index.html HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + HIDDEN.length() + "\r\n\r\n"
                        + HIDDEN);
        cases.put(
                "expectation", request("Expect: 100-continue\r\nContent-Length: " + HIDDEN.length() + "\r\n", HIDDEN));
        cases.put(
                "wish for another protocol",
                request(
                        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: "
                                + HIDDEN.length() + "\r\n",
                        HIDDEN));
        return cases;
    }

    /** What differs between programs: whether a line may end in a line feed alone, and what HTTP/1.0 is. */
    private static Map<String, String> odd() {
        Map<String, String> cases = new LinkedHashMap<>();
        String chunked = "Transfer-Encoding: chunked\r\n";
        cases.put(
                "line feeds alone",
                request("Content-Length: " + HIDDEN.length() + "\r\n", HIDDEN)
                        .replaceFirst("(?s)^(.*?)\r\n\r\n", "$1\n\n"));
        cases.put(
                "a line feed before the coding",
                request("Content-Length: " + HIDDEN.length() + "\r\nX: y\n" + chunked, HIDDEN));
        cases.put("a line feed after the size", request(chunked, "5\nhello\r\n0\r\n\r\n"));
        cases.put(
                "a line feed after an extension",
                request(
                        chunked,
                        "2;\nxx\r\n" + Integer.toHexString(HIDDEN.length() + 7) + "\r\n0\r\n\r\n" + HIDDEN
                                + "\r\n0\r\n\r\n"));
        cases.put("a line feed after a chunk", request(chunked, "5\r\nhello\n0\r\n\r\n"));
        cases.put("chunked in HTTP/1.0", request(chunked, chunk(HIDDEN)).replace("outer HTTP/1.1", "outer HTTP/1.0"));
        cases.put("blank after the size", request(chunked, "5 \r\nhello\r\n0\r\n\r\n"));
        return cases;
    }

    @Test
    void whatIsAmbiguousIsRefusedAndEndsTheConnection() throws Exception {
        for (Map.Entry<String, String> one : ambiguous().entrySet()) {
            String answer = send(perch.uri(), true, one.getValue());
            assertTrue(answer.matches("(?s)HTTP/1\\.1 (400|501) .*"), () -> one.getKey() + ": " + answer);
            assertEquals(1, answers(answer), () -> one.getKey() + ": " + answer);
        }
        assertNothingArrived();
    }

    @Test
    void whatIsHiddenInABodyStaysThere() throws Exception {
        for (Map.Entry<String, String> one : plain().entrySet()) {
            String answer = send(perch.uri(), true, one.getValue());
            assertTrue(answer.startsWith("HTTP/1.1 "), () -> one.getKey() + ": " + answer);
        }
        for (Map.Entry<String, String> one : odd().entrySet()) {
            send(perch.uri(), true, one.getValue());
        }
        assertNothingArrived();
    }

    @Test
    void nothingIsSmuggledThroughNginx() throws Exception {
        Nginx.assumeInstalled();
        try (Nginx nginx = Nginx.start(directory, perch, CONFIGURATION)) {
            assertTrue(send(nginx.uri(""), false, request("Content-Length: 2\r\n", "ok"))
                    .startsWith("HTTP/1.1 201"));
            assertTrue(send(nginx.uri(""), false, HIDDEN).startsWith("HTTP/1.1 403"), "nginx lets nobody in there");
            Map<String, String> all = new LinkedHashMap<>(ambiguous());
            all.putAll(plain());
            all.putAll(odd());
            for (Map.Entry<String, String> one : all.entrySet()) {
                String answer = send(nginx.uri(""), false, one.getValue());
                assertTrue(!answer.matches("(?s).*HTTP/1\\.1 5(?!01).*"), () -> one.getKey() + ": " + answer);
                // A connection between both that is out of step would show itself here.
                String next =
                        send(nginx.uri(""), false, "GET /mailbox/probe?wait=0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertTrue(
                        next.startsWith("HTTP/1.1 200") && next.contains("\"ended\":\"wait\""),
                        () -> one.getKey() + ": " + next);
            }
        }
        assertNothingArrived();
    }

    private void assertNothingArrived() throws Exception {
        HttpRequest status =
                HttpRequest.newBuilder(perch.uri("mailbox/sentinel/status")).build();
        assertEquals(
                404,
                HttpClient.newHttpClient().send(status, BodyHandlers.ofString()).statusCode());
    }

    /**
     * Sends it, says that nothing follows if that is so, and returns everything that comes until the connection is
     * closed.
     */
    private static String send(URI to, boolean ended, String request) throws IOException {
        try (Socket socket = new Socket(to.getHost(), to.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try {
                socket.getOutputStream().write(request.getBytes(ISO_8859_1));
                if (ended) {
                    socket.shutdownOutput();
                }
                InputStream in = socket.getInputStream();
                in.transferTo(answer);
            } catch (SocketException e) {
                // The other side has refused it before it had all of it.
            }
            return answer.toString(ISO_8859_1);
        }
    }

    private static int answers(String text) {
        return text.split("HTTP/1\\.1 [1-5][0-9][0-9] ", -1).length - 1;
    }
}
