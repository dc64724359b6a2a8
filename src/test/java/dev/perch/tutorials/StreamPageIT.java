// SPDX-License-Identifier: Apache-2.0
package dev.perch.tutorials;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonPrimitive;
import dev.perch.TestServer;
import dev.perch.browser.Chromium;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages with an EventSource, in a real browser on a real server. */
final class StreamPageIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String ONMESSAGE = "sse-onmessage.html";
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static Chromium browser;

    @TempDir
    Path directory;

    @BeforeAll
    static void startTheBrowser() throws Exception {
        Chromium.assumeInstalled();
        browser = Chromium.start();
    }

    @AfterAll
    static void closeTheBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void thePageShowsWhatWasThereAndWhatComes() throws Exception {
        try (TestServer perch = TestServer.start();
                Site site = Site.before(perch)) {
            publish(perch, "mailbox/ann", "before");
            browser.open(site.uri(ONMESSAGE + "?ann"));
            waitForLast("document", "before");
            for (int i = 0; i < 20; i++) {
                publish(perch, i % 2 == 0 ? "mailbox/ann" : "broadcast", "m" + i);
            }
            waitForLast("document", "m19");
            assertEquals("before " + numbered(0, 20), shown("document"));
            assertEquals(List.of(), browser.complaints());
        }
    }

    @Test
    void thePageComesBackByItselfAndLosesNothing() throws Exception {
        String[] options = {"--data=" + directory, "--stream-life=1", "--cors-origin=*", "--port=0"};
        TestServer perch = TestServer.start(options);
        options[3] = "--port=" + perch.uri().getPort();
        try (Site site = Site.apart()) {
            browser.open(site.uri("sse-listener.html?" + base(perch)));
            browser.waitUntil("document.body.className === 'open'", SOON);
            int next = 0;
            while (streamsOver(perch) < 3) {
                publish(perch, "topic/news", "m" + next);
                waitForLast("document", "m" + next);
                next++;
            }
            perch.drain();
            perch = TestServer.start(options);
            for (int i = 0; i < 10; i++) {
                publish(perch, "topic/news", "m" + (next + i));
            }
            waitForLast("document", "m" + (next + 9));
            assertEquals(numbered(0, next + 10), shown("document"));
        } finally {
            perch.close();
        }
    }

    @Test
    void aPageOfAnotherOriginListensByType() throws Exception {
        try (Site site = Site.apart();
                TestServer perch = TestServer.start("--cors-origin=" + site.origin())) {
            browser.open(site.uri("sse-listener.html?" + base(perch)));
            browser.waitUntil("document.body.className === 'open'", SOON);
            publish(perch, "topic/news", "one");
            post(perch, "topic/news?type=count", "text/plain", "7");
            publish(perch, "topic/news?type=message", "two");
            waitForLast("document", "two");
            assertEquals("one two", shown("document"));
            assertEquals("7", browser.text("#count"));
            assertEquals(List.of(), browser.complaints());
        }
    }

    @Test
    void twoTabsOnOneMailboxBothGetAllThatComes() throws Exception {
        try (TestServer perch = TestServer.start();
                Site site = Site.before(perch)) {
            browser.open(site.uri(ONMESSAGE + "?ann"));
            // A click, since a browser opens no tab for a page that nobody has touched.
            browser.evaluate("document.documentElement.onclick = function () { window.tab = open(location.href); }");
            browser.evaluate("document.body.style.height = '100px'");
            browser.click("body");
            Awaitility.await().atMost(SOON).until(() -> perch.openStreams() == 2);
            for (int i = 0; i < 50; i++) {
                publish(perch, i % 2 == 0 ? "mailbox/ann" : "broadcast", "m" + i);
            }
            for (String tab : List.of("document", "tab.document")) {
                waitForLast(tab, "m49");
                assertEquals(numbered(0, 50), shown(tab));
            }
            browser.evaluate("tab.close()");
        }
    }

    /** How many streams have come to the end of their life. */
    private static int streamsOver(TestServer perch) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(perch.uri("metrics")).build();
        return HTTP.send(request, BodyHandlers.ofLines())
                .body()
                .filter(line -> line.startsWith("perch_streams_ended_total{by=\"wait\"}"))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static String numbered(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "m" + i).collect(Collectors.joining(" "));
    }

    private static String base(TestServer perch) {
        return "http://" + perch.uri().getAuthority();
    }

    private static void waitForLast(String document, String text) {
        String last = document + ".querySelector('#messages > :last-child')";
        browser.waitUntil(last + " && " + last + ".textContent === " + new JsonPrimitive(text), SOON);
    }

    private static String shown(String document) {
        return browser.evaluate("[].map.call(" + document + ".querySelectorAll('#messages > div'), function (line) {"
                        + " return line.textContent; }).join(' ')")
                .getAsString();
    }

    private static void publish(TestServer perch, String path, String text) throws Exception {
        post(perch, path, "application/json", "{\"message\":\"" + text + "\"}");
    }

    private static void post(TestServer perch, String path, String type, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(perch.uri(path))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(body))
                .build();
        assertEquals(201, HTTP.send(request, BodyHandlers.ofString()).statusCode());
    }
}
