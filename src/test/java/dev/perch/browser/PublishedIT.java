// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What somebody has published, opened as a page: it does not run, and it is not of the server's origin. */
final class PublishedIT {
    private static final String HTML = "<html><head><title>run</title><script>window.ran = 1</script></head></html>";
    private static final Map<String, String> HOSTILE = Map.of(
            "text/html", HTML,
            "application/xhtml+xml", HTML.replace("<html>", "<html xmlns='http://www.w3.org/1999/xhtml'>"),
            "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'><script>window.ran = 1</script></svg>",
            "text/xml", "<x xmlns='http://www.w3.org/1999/xhtml'><script>window.ran = 1</script></x>",
            "text/javascript", "window.ran = 1",
            "application/json", "\"<script>window.ran = 1</script>\"",
            "text/plain", HTML);

    @Test
    void aPublishedBodyNeverRunsAsAPageOfThisOrigin() throws Exception {
        Chromium.assumeInstalled();
        HttpClient client = HttpClient.newHttpClient();
        try (TestServer server = TestServer.start();
                Chromium browser = Chromium.start()) {
            for (Map.Entry<String, String> body : HOSTILE.entrySet()) {
                URI mailbox = server.uri("mailbox/" + body.getKey().replaceAll("\\W", "-"));
                HttpRequest publish = HttpRequest.newBuilder(mailbox)
                        .header("Content-Type", body.getKey())
                        .POST(BodyPublishers.ofString(body.getValue()))
                        .build();
                assertEquals(
                        201, client.send(publish, BodyHandlers.discarding()).statusCode());
                for (String format : List.of("text", "json")) {
                    browser.open(URI.create(mailbox + "?after=start&wait=0&format=" + format));
                    String what = body.getKey() + " as " + format;
                    assertEquals("undefined", value(browser, "typeof window.ran"), what);
                    assertEquals("null", value(browser, "window.origin"), what);
                    String type = value(browser, "document.contentType");
                    assertTrue(List.of("text/plain", "application/json").contains(type), what + ": " + type);
                    assertFalse(value(browser, "document.body.innerText").isBlank(), what);
                }
            }
        }
    }

    private static String value(Chromium browser, String js) {
        return browser.evaluate(js).getAsString();
    }
}
