// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody publishes and a browser is led to is never a page of this origin: no script in it runs. */
final class HtmlIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    /** Marks the page and, if it may, publishes with the rights of this origin. */
    private static final String SCRIPT = "document.title='ran';window.ran=1;"
            + "var x=new XMLHttpRequest();x.open('POST','/topic/ran',false);x.send('ran');";

    private static final String HTML = "<!doctype html><html><head><title>t</title></head><body><script>" + SCRIPT
            + "</script><img src=x onerror=\"" + SCRIPT + "\"></body></html>";
    private static final String SVG = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>"
            + SCRIPT.replace("document.title='ran';", "") + "</script></svg>";

    private static Chromium browser;
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        Chromium.assumeInstalled();
        browser = Chromium.start();
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private static int publish(String path, String type, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(server.uri(path))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(body))
                .build();
        return HTTP.send(request, BodyHandlers.discarding()).statusCode();
    }

    private static void assertHarmless(String path) throws Exception {
        browser.open(server.uri(path));
        assertEquals(
                "undefined", browser.evaluate("typeof window.ran").getAsString(), () -> "a script has run at " + path);
        assertNotEquals("ran", browser.evaluate("document.title").getAsString(), path);
        String type = browser.evaluate("document.contentType").getAsString();
        assertTrue(
                List.of("text/plain", "application/json", "application/problem+json")
                        .contains(type),
                type);
        HttpRequest ran = HttpRequest.newBuilder(server.uri("topic/ran/status")).build();
        assertEquals(404, HTTP.send(ran, BodyHandlers.discarding()).statusCode(), path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/html",
                "text/html; charset=utf-8",
                "TEXT/HTML",
                "application/xhtml+xml",
                "image/svg+xml",
                "text/xml",
                "application/xml",
                "application/rss+xml",
                "text/xsl",
                "application/javascript",
                "text/javascript",
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/x-mixed-replace; boundary=b"
            })
    void whatIsPublishedDoesNotRun(String type) throws Exception {
        String mailbox = "mailbox/" + type.replaceAll("[^a-z]", "-");
        String body = type.contains("svg") ? SVG : HTML;
        if (type.startsWith("multipart")) {
            body = "--b\r\nContent-Type: text/html\r\n\r\n" + HTML + "\r\n--b--\r\n";
        }
        assertEquals(201, publish(mailbox, type, body));
        assertHarmless(mailbox + "?format=json&after=start&wait=0");
        if (!type.startsWith("multipart")) {
            assertHarmless(mailbox + "?format=text&after=start&wait=0");
        }
    }

    @Test
    void whatIsAskedForIsNotShownAsAPage() throws Exception {
        String script = "%3Cscript%3Ewindow.ran%3D1%3C/script%3E";
        for (String path : List.of(
                "mailbox/" + script,
                "mailbox/a?after=" + script,
                "mailbox/a?format=" + script,
                "mailbox/a?callback=" + script,
                script,
                "reply/" + script)) {
            assertHarmless(path);
        }
    }

    @Test
    void aJsonBodyIsNoPageEither() throws Exception {
        assertEquals(
                201, publish("mailbox/json", "application/json", "\"</script>" + HTML.replace("\"", "\\\"") + "\""));
        assertHarmless("mailbox/json?format=text&after=start&wait=0");
        assertHarmless("mailbox/json?after=start&wait=0");
    }
}
