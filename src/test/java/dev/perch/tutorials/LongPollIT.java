// SPDX-License-Identifier: Apache-2.0
package dev.perch.tutorials;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonPrimitive;
import dev.perch.TestServer;
import dev.perch.browser.Chromium;
import dev.perch.docs.Shell;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that long-poll, a backend in the shell and programs in PHP, in real browsers on a real server. */
final class LongPollIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String XHR = "longpoll-xhr.html";
    private static final String JQUERY = "longpoll-jquery.html";
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static Chromium ann;
    private static Chromium bob;

    @TempDir
    Path directory;

    private TestServer perch;
    private Site site;
    private Process program;

    @BeforeAll
    static void startTheBrowsers() throws Exception {
        Chromium.assumeInstalled();
        ann = Chromium.start();
        bob = Chromium.start();
    }

    @BeforeEach
    void start() throws Exception {
        perch = TestServer.start();
        site = Site.before(perch);
    }

    @AfterEach
    void stop() {
        if (program != null) {
            program.descendants().forEach(ProcessHandle::destroyForcibly);
            program.destroyForcibly();
        }
        site.close();
        perch.close();
    }

    @AfterAll
    static void closeTheBrowsers() {
        if (ann != null) {
            ann.close();
        }
        if (bob != null) {
            bob.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {XHR, JQUERY})
    void aPageShowsEachMessageOnceAndInOrder(String page) throws Exception {
        publish("mailbox/ann", "text/plain", "before it was there");
        ann.open(site.uri(page + "?ann"));
        waitForLast(ann, "before it was there");
        for (int i = 0; i < 20; i++) {
            publish(i % 2 == 0 ? "mailbox/ann" : "broadcast", "application/json", "{\"message\":\"m" + i + "\"}");
        }
        waitForLast(ann, "m19");
        StringBuilder all = new StringBuilder("before it was there");
        for (int i = 0; i < 20; i++) {
            all.append(" m").append(i);
        }
        assertEquals(all.toString(), shown(ann));
        assertEquals(List.of(), ann.complaints());
    }

    @ParameterizedTest
    @ValueSource(strings = {XHR, JQUERY})
    void aPageGoesOnAfterARestartOfPerch(String page) throws Exception {
        ann.open(site.uri(page + "?ann"));
        publish("mailbox/ann", "text/plain", "one");
        waitForLast(ann, "one");
        int port = perch.uri().getPort();
        perch.drain();
        perch = TestServer.start("--port=" + port);
        publish("mailbox/ann", "text/plain", "two");
        waitForLast(ann, "two");
        assertEquals("one two", shown(ann));
    }

    @Test
    void theBackendAnswersEachPageAlone() throws Exception {
        backend();
        ann.open(site.uri(XHR + "?ann"));
        bob.open(site.uri(JQUERY + "?bob"));
        send(ann, "hello from ann & co");
        waitForLast(ann, "got your message: hello from ann & co");
        send(bob, "hello from bob");
        waitForLast(bob, "got your message: hello from bob");
        send(ann, "again");
        waitForLast(ann, "got your message: again");
        assertEquals("got your message: hello from bob", shown(bob));
        assertEquals("got your message: hello from ann & co got your message: again", shown(ann));
        assertEquals(List.of(), ann.complaints());
        assertEquals(List.of(), bob.complaints());
    }

    @Test
    void theBackendAnswersWhoeverWaitsForAReply() throws Exception {
        backend();
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> reply = post("mailbox/backend?reply=1&wait=20", "text/plain", "ask " + i);
            assertEquals("200 got your message: ask " + i, reply.statusCode() + " " + reply.body());
        }
        HttpResponse<String> receipt = post("mailbox/backend?receipt=acked&wait=20", "text/plain", "nobody's");
        assertEquals(200, receipt.statusCode(), "it goes on after a message that nobody sent: " + receipt.body());
    }

    @Test
    void aPublisherInPhpIsHeardByThePage() throws Exception {
        Shell.assumeInstalled("php");
        ann.open(site.uri(XHR + "?ann"));
        Shell.Outcome outcome = new Shell(directory)
                .run("php " + file("publisher.php") + " " + base() + " ann 'Grüße & \"quotes\" from PHP'");
        assertEquals(0, outcome.status(), outcome.complaint());
        assertTrue(outcome.printed().startsWith("{\"id\":\""), outcome.printed());
        waitForLast(ann, "Grüße & \"quotes\" from PHP");
    }

    @Test
    void aWorkerInPhpReadsByCursor() throws Exception {
        Shell.assumeInstalled("php");
        publish("mailbox/jobs", "text/plain", "one");
        Path output = directory.resolve("output");
        program = new ProcessBuilder("php", file("worker.php"), base(), "jobs")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        await().atMost(SOON).until(() -> Files.readString(output).equals("\"one\"\n"));
        publish("mailbox/jobs", "application/json", "{\"n\":2}");
        await().atMost(SOON).until(() -> Files.readString(output).equals("\"one\"\n{\"n\":2}\n"));
    }

    private void backend() throws Exception {
        Shell.assumeInstalled("curl");
        program = new ProcessBuilder("sh", file("backend.sh"), base())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static String file(String program) {
        return Site.TUTORIALS.resolve(program).toAbsolutePath().toString();
    }

    /** Perch itself, without a slash at the end. */
    private String base() {
        String uri = perch.uri().toString();
        return uri.substring(0, uri.length() - 1);
    }

    private static void send(Chromium browser, String text) {
        browser.fill("#text", text);
        browser.click("#send");
    }

    private static void waitForLast(Chromium browser, String text) {
        String wanted = new JsonPrimitive(text).toString();
        browser.waitUntil(
                "document.querySelector('#messages > :last-child') &&"
                        + " document.querySelector('#messages > :last-child').textContent === " + wanted,
                SOON);
    }

    /** All that the page shows, with a space between two messages. */
    private static String shown(Chromium browser) {
        return browser.evaluate("[].map.call(document.querySelectorAll('#messages > div'), function (line) {"
                        + " return line.textContent; }).join(' ')")
                .getAsString();
    }

    private void publish(String path, String contentType, String body) throws Exception {
        assertEquals(201, post(path, contentType, body).statusCode());
    }

    private HttpResponse<String> post(String path, String contentType, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(perch.uri(path))
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString(body))
                .build();
        return HTTP.send(request, BodyHandlers.ofString());
    }
}
