// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonPrimitive;
import dev.perch.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The page at {@code /}, in a real browser on a real server. */
final class PageIT {
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static Chromium browser;

    private TestServer server;

    @BeforeEach
    void openThePage() throws Exception {
        Chromium.assumeInstalled();
        if (browser == null) {
            browser = Chromium.start();
        }
        server = TestServer.start();
        browser.viewport(1280, 800);
        openMailbox("/#alice");
    }

    @AfterEach
    void stopTheServer() {
        if (server != null) {
            server.close();
        }
    }

    @AfterAll
    static void closeTheBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void whatIsSentThroughTheFormArrivesInTheReadPane() {
        browser.fill("#body", "hello from the form");
        browser.click("#send");
        waitForMessage("hello from the form");
        String id = browser.text(".message .id");
        browser.waitUntil("document.querySelector('#answer.good')", SOON);
        assertTrue(browser.text("#answer").startsWith(id + " is stored"), browser.text("#answer"));
        assertEquals(id, browser.text("#cursor"));

        browser.fill("#body", "and with the keys");
        browser.pressCtrlEnter();
        waitForMessage("and with the keys");
        assertEquals("2", browser.text("#count"));
        assertNoComplaints();
    }

    @Test
    void whatIsPublishedOverHttpArrivesWithItsTypeAndSender() throws Exception {
        publish("/mailbox/alice?type=order&from=bob", "application/json", "{\"item\":\"seed\",\"kilos\":[1,2]}");
        waitForMessage("{\n  \"item\": \"seed\",\n  \"kilos\": [\n    1,\n    2\n  ]\n}");
        String head = browser.text(".message .head");
        assertTrue(head.contains("order"), head);
        assertTrue(head.contains("from bob"), head);

        publish("/broadcast", "text/plain", "to everyone");
        waitForMessage("to everyone");
        assertEquals("broadcast", browser.text(".message .topic"));

        publish("/mailbox/alice", "application/octet-stream", "bytes");
        waitForMessage("Ynl0ZXM=");
        assertNoComplaints();
    }

    @Test
    void aTopicArrivesFromFollowingItUntilLeavingIt() throws Exception {
        browser.fill("#topic", "weather");
        browser.click("#follow button[type=submit]");
        browser.waitUntil("document.querySelector('.chip')", SOON);
        publish("/topic/weather", "text/plain", "rain");
        waitForMessage("rain");
        assertEquals("weather", browser.text(".message .topic"));

        openMailbox("/#alice");
        browser.waitUntil("document.querySelector('.chip')", SOON);
        assertTrue(browser.text(".chip").startsWith("weather"), "a new page shows what the mailbox follows");
        browser.click(".chip button");
        browser.waitUntil("!document.querySelector('.chip')", SOON);
        publish("/topic/weather", "text/plain", "sunshine");
        publish("/mailbox/alice", "text/plain", "after it");
        waitForMessage("after it");
        assertFalse(browser.text("#log").contains("sunshine"));
        assertNoComplaints();
    }

    @Test
    void markupInAMessageIsShownAsTextAndDoesNotRun() throws Exception {
        String markup = "<img src=x onerror=\"window.ran = 1\"><script>window.ran = 2</script><b>bold</b>";
        String name = "%3Cb%3Ebold"; // the server may take it for no name, then the message stays away
        publish("/mailbox/alice", "text/plain", markup);
        publish("/mailbox/alice", "text/html", markup + " as HTML");
        publish("/mailbox/alice", "application/json", "[" + new JsonPrimitive(markup) + "]");
        send("/mailbox/alice?from=" + name, "text/plain", "from a strange sender");
        publish("/mailbox/alice", "text/plain", "the last");
        waitForMessage("the last");
        waitForMessage(markup);
        waitForMessage(markup + " as HTML");
        assertEquals(
                0,
                browser.evaluate("document.querySelectorAll('#log img, #log script, #log b').length")
                        .getAsInt());
        assertEquals("undefined", browser.evaluate("typeof window.ran").getAsString());
        assertNoComplaints();
    }

    @Test
    void aRefusedMessageSaysWhy() {
        browser.fill("#body", "{not JSON");
        browser.click("#as-json");
        browser.click("#send");
        browser.waitUntil("document.querySelector('#answer.bad')", SOON);
        assertTrue(browser.text("#answer").startsWith("400 "), browser.text("#answer"));
        assertTrue(browser.text("#answer").length() > 10, browser.text("#answer"));
        assertNotEquals("stopped", browser.text("#phase"));
    }

    @Test
    void stopAndStartGoOnFromTheSameCursor() throws Exception {
        publish("/mailbox/alice", "text/plain", "before");
        waitForMessage("before");
        browser.click("#toggle");
        waitForPhase("stopped");
        publish("/mailbox/alice", "text/plain", "meanwhile");
        browser.click("#toggle");
        waitForMessage("meanwhile");
        assertEquals("2", browser.text("#count"));
        assertNoComplaints();
    }

    @Test
    void aPollWithoutAServerBacksOffAndGoesOnFromItsCursorWhenThereIsOneAgain() throws Exception {
        publish("/mailbox/alice", "text/plain", "before");
        waitForMessage("before");
        String cursor = browser.text("#cursor");
        int port = server.uri().getPort();
        server.close();
        browser.waitUntil("/cannot be reached/.test(document.getElementById('error').textContent)", SOON);
        assertTrue(List.of("backing off", "connecting").contains(browser.text("#phase")), browser.text("#phase"));
        assertEquals(cursor, browser.text("#cursor"));

        browser.evaluate("performance.clearResourceTimings()");
        server = TestServer.start("--port=" + port);
        browser.waitUntil("document.getElementById('phase').textContent === 'waiting'", Duration.ofSeconds(60));
        String poll = browser.evaluate("performance.getEntriesByType('resource').filter(function (r) {"
                        + " return r.responseStatus === 200; })[0].name")
                .getAsString();
        assertTrue(poll.contains("&after=" + cursor + "&"), poll);
        publish("/mailbox/alice", "text/plain", "after");
        waitForMessage("after");
        assertTrue(browser.text("#log").contains("before"));
    }

    @Test
    void aRemovedMailboxStopsThePageInsteadOfComingBack() throws Exception {
        HttpRequest remove = HttpRequest.newBuilder(server.uri().resolve("/mailbox/alice"))
                .DELETE()
                .build();
        assertEquals(2, HTTP.send(remove, BodyHandlers.ofString()).statusCode() / 100);
        waitForPhase("stopped");
        assertTrue(browser.text(".note").contains("removed"), browser.text(".note"));
    }

    @Test
    void aBrowserWithoutJsonReadsAndPublishesText() throws Exception {
        browser.runFirst("if (location.search === '?no-json') { delete window.JSON; }");
        openMailbox("/?no-json#alice");
        publish("/mailbox/alice?type=note&from=bob", "text/plain", "one");
        publish("/mailbox/alice", "text/plain", "two");
        waitForMessage("one");
        waitForMessage("two");
        browser.click("#send");
        waitForMessage("hello");
        browser.waitUntil("document.querySelector('#answer.good')", SOON);
        assertTrue(browser.text("#answer").startsWith(browser.text(".message .id") + " is stored"));
        assertNoComplaints();
    }

    @Test
    void thePageFitsDesktopAndPhoneInLightAndDark() throws Exception {
        browser.fill("#topic", "news");
        browser.click("#follow button[type=submit]");
        browser.waitUntil("document.querySelector('.chip')", SOON);
        publish("/topic/news?type=headline&from=desk", "text/plain", "Kingfisher seen on the canal");
        publish("/mailbox/alice?type=order", "application/json", "{\"item\":\"seed, mixed\",\"kilos\":2.5}");
        publish("/mailbox/alice", "text/plain", "x".repeat(300));
        waitForMessage("x".repeat(300));
        browser.click("#send");
        waitForMessage("hello");
        waitForPhase("waiting");
        for (String scheme : List.of("light", "dark")) {
            browser.colorScheme(scheme);
            lookAt(1280, 800, "desktop-" + scheme);
            lookAt(390, 844, "phone-" + scheme);
        }
        assertNoComplaints();
    }

    @Test
    void nothingOnThePageIsFromElsewhere() throws Exception {
        HttpResponse<String> page =
                HTTP.send(HttpRequest.newBuilder(server.uri().resolve("/")).build(), BodyHandlers.ofString());
        String policy = page.headers().firstValue("Content-Security-Policy").orElse("");
        assertTrue(policy.contains("default-src 'self'"), policy);
        assertEquals(
                List.of(),
                browser.evaluate("performance.getEntriesByType('resource').map(function (r) { return r.name; })"
                                + ".filter(function (name) { return name.indexOf(location.origin + '/') !== 0; })")
                        .getAsJsonArray()
                        .asList());
        assertNoComplaints();
    }

    /** Opens the page and waits for its second poll, since the first has made the mailbox. */
    private void openMailbox(String path) {
        browser.open(server.uri().resolve(path));
        browser.waitUntil("Number(document.getElementById('polls').textContent) >= 2", SOON);
    }

    private void lookAt(int width, int height, String name) throws IOException {
        browser.viewport(width, height);
        browser.evaluate("window.scrollTo(0, 0)");
        assertTrue(
                browser.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
                        .getAsBoolean(),
                name + " is wider than its window");
        browser.screenshot(SCREENSHOTS.resolve(name + ".png"));
    }

    private static void waitForPhase(String phase) {
        browser.waitUntil("document.getElementById('phase').textContent === '" + phase + "'", SOON);
    }

    private static void waitForMessage(String body) {
        browser.waitUntil(
                "[].some.call(document.querySelectorAll('.message pre'), function (pre) {"
                        + " return pre.textContent === " + new JsonPrimitive(body) + "; })",
                SOON);
    }

    private static void assertNoComplaints() {
        assertEquals(List.of(), browser.complaints());
    }

    private void publish(String path, String contentType, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(path, contentType, body);
        assertEquals(201, answer.statusCode(), answer.body());
    }

    private HttpResponse<String> send(String path, String contentType, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.uri() + path.substring(1)))
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString(body))
                .build();
        return HTTP.send(request, BodyHandlers.ofString());
    }
}
