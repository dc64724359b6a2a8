// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.ChildServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every file of {@code webapp/} can be had from the complete jar, and nothing else that is in it or around it. */
final class PathIT {
    private static final Path PAGES = Path.of("webapp");

    @TempDir
    static Path data;

    private static ChildServer server;
    private static Map<String, byte[]> pages;

    @BeforeAll
    static void start() throws IOException {
        server = ChildServer.start("--data=" + data.resolve("perch-data"));
        pages = new TreeMap<>();
        try (Stream<Path> files = Files.walk(PAGES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                pages.put("/" + PAGES.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
            }
        }
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static Reply get(String target) throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            return raw.request("GET", target, "Connection: close").receive();
        }
    }

    private static void assertRefused(String target) throws IOException {
        Reply reply = get(target);
        assertTrue(reply.status() >= 400 && reply.status() < 500, () -> target + ": " + reply);
        assertEquals("application/problem+json", reply.header("Content-Type"), target);
        assertFalse(reply.text().contains("/tmp") || reply.text().contains("jar:"), reply::text);
    }

    @Test
    void everyPageIsThereAsItIs() throws IOException {
        assertTrue(pages.containsKey("/index.html"), () -> pages.keySet().toString());
        for (Map.Entry<String, byte[]> page : pages.entrySet()) {
            Reply reply = get(page.getKey()).assertStatus(200);
            assertArrayEquals(page.getValue(), reply.body(), page.getKey());
            assertEquals("nosniff", reply.header("X-Content-Type-Options"), page.getKey());
            assertTrue(reply.header("Content-Security-Policy").contains("'self'"), page.getKey());
        }
        assertArrayEquals(pages.get("/index.html"), get("/").assertStatus(200).body());
    }

    @Test
    void aPageHasNoOtherPath() throws IOException {
        for (String page : pages.keySet()) {
            String name = page.substring(1);
            for (String trick : List.of(
                    page + "%00",
                    page + "%00.html",
                    page + ";x",
                    page + ";jsessionid=1",
                    page + "%3bx",
                    page + ".",
                    page + "%20",
                    page + "::$DATA",
                    page + "~",
                    page + ".bak",
                    page.toUpperCase(Locale.ROOT),
                    "/" + page,
                    "/." + page,
                    "/x/.." + page,
                    "/%2e" + page,
                    "/%2e%2e" + page,
                    "/webapp" + page,
                    "/webapp/.." + page,
                    "\\" + name,
                    "/\\" + name,
                    "/%5c" + name,
                    "/%2f" + name,
                    "/x%2f.." + page)) {
                assertRefused(trick);
            }
            Reply directory = get(page + "/");
            assertEquals(302, directory.status(), page);
            assertEquals(page, directory.header("Location"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/META-INF/MANIFEST.MF",
                "/META-INF/LICENSE",
                "/META-INF/NOTICE",
                "/META-INF/",
                "/meta-inf/MANIFEST.MF",
                "/%4dETA-INF/MANIFEST.MF",
                "/WEB-INF/web.xml",
                "/WEB-INF/",
                "/web-inf/classes/",
                "/logback.xml",
                "/perch.properties",
                "/dev/perch/Main.class",
                "/dev/perch/",
                "/org/eclipse/jetty/server/Server.class",
                "/org/sqlite/native/Linux/x86_64/libsqlitejdbc.so",
                "/webapp/",
                "/webapp",
                "/perch.jar",
                "/perch-data/perch.db",
                "/perch.db",
                "/etc/passwd",
                "//etc/passwd",
                "/..",
                "/../",
                "/../logback.xml",
                "/../../../../../../etc/passwd",
                "/..;/logback.xml",
                "/..%00/logback.xml",
                "/.;/logback.xml",
                "/%2e%2e/logback.xml",
                "/%2E%2E%2Flogback.xml",
                "/..%2flogback.xml",
                "/..%5clogback.xml",
                "/..\\logback.xml",
                "/%252e%252e/logback.xml",
                "/%c0%ae%c0%ae/logback.xml",
                "/%c0%af../logback.xml",
                "/%e0%80%ae%e0%80%ae/logback.xml",
                "/%uff0e%uff0e/logback.xml",
                "/%u002e%u002e/logback.xml",
                "/.../logback.xml",
                "/....//logback.xml",
                "/~root/",
                "/.git/config",
                "/.well-known/../logback.xml",
                "/index.html/../../logback.xml",
                "/mailbox/../logback.xml",
                "/static/%2e%2e/%2e%2e/logback.xml",
                "/C:/Windows/win.ini",
                "/file:/etc/passwd",
                "/jar:file:/x!/logback.xml",
                "file:///etc/passwd",
                "http://localhost/../logback.xml",
                "http://localhost/META-INF/MANIFEST.MF",
                "*",
                "logback.xml",
                "%2flogback.xml",
                "?/logback.xml/..",
                "/\u0000",
                "/%",
                "/%2",
                "/\u00e4"
            })
    void nothingElseIsReached(String target) throws IOException {
        assertRefused(target);
        assertRefused(target + "?x=/index.html");
    }

    @Test
    void anEncodedLetterIsTheLetterAndNamesNothingElse() throws IOException {
        assertArrayEquals(
                pages.get("/index.html"), get("/%69ndex.html").assertStatus(200).body());
        assertArrayEquals(
                pages.get("/index.html"),
                get("http://localhost/index.html").assertStatus(200).body());
        assertArrayEquals(
                pages.get("/index.html"),
                get("/index.html?../x").assertStatus(200).body());
    }

    @Test
    void noPathMakesAField() throws IOException {
        for (String path : List.of("/%0d%0aSet-Cookie:x", "/mailbox/a%0d%0aSet-Cookie:x", "/x%0aSet-Cookie:x")) {
            Reply reply = get(path).assertStatus(400);
            assertEquals("", reply.header("Set-Cookie"), path);
        }
        for (String target : List.of(
                "/mailbox/a?type=x%0d%0aSet-Cookie:x",
                "/mailbox/a?from=x%0d%0aSet-Cookie:x", "/mailbox/a?key=x%0d%0aSet-Cookie:x")) {
            try (RawClient raw = RawClient.connect(server)) {
                Reply reply =
                        raw.post(target, "text/plain", "x".getBytes(ISO_8859_1)).receive();
                assertEquals("", reply.header("Set-Cookie"), target);
            }
        }
    }
}
