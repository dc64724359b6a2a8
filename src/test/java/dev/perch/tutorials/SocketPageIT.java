// SPDX-License-Identifier: Apache-2.0
package dev.perch.tutorials;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonPrimitive;
import dev.perch.TestServer;
import dev.perch.browser.Chromium;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pages with a bare WebSocket at the root, in real browsers on a real server. */
final class SocketPageIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static Chromium ann;
    private static Chromium bob;

    private Site site;
    private TestServer perch;

    @BeforeAll
    static void startTheBrowsers() throws Exception {
        Chromium.assumeInstalled();
        ann = Chromium.start();
        bob = Chromium.start();
    }

    @BeforeEach
    void start() throws Exception {
        site = Site.apart();
        perch = TestServer.start("--cors-origin=" + site.origin());
    }

    @AfterEach
    void stop() {
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

    @Test
    void whatOnePageSendsTheOthersShowAndTheSenderDoesNot() throws Exception {
        open("websocket.html");
        send(ann, "from ann: Grüße & \"quotes\"");
        waitForLast(bob, "from ann: Grüße & \"quotes\"");
        send(bob, "from bob");
        waitForLast(ann, "from bob");
        send(ann, "the end");
        waitForLast(bob, "the end");
        assertEquals("from bob", shown(ann));
        assertEquals("from ann: Grüße & \"quotes\" | the end", shown(bob));
        assertEquals(List.of(), ann.complaints());
        assertEquals(List.of(), bob.complaints());
    }

    @Test
    void withEchoTheSenderShowsItToo() throws Exception {
        open("websocket-echo.html");
        bob.fill("#name", "bob");
        send(ann, "hello");
        waitForLast(ann, "ann: hello");
        waitForLast(bob, "ann: hello");
        send(bob, "hello yourself");
        waitForLast(ann, "bob: hello yourself");
        waitForLast(bob, "bob: hello yourself");
        assertEquals("ann: hello | bob: hello yourself", shown(ann));
        assertEquals(shown(ann), shown(bob));
    }

    @Test
    void thePageHearsThatTheServerStops() throws Exception {
        open("websocket.html");
        perch.drain();
        ann.waitUntil("document.getElementById('state').textContent === 'closed 1001'", SOON);
        bob.waitUntil("document.getElementById('state').textContent === 'closed 1001'", SOON);
    }

    @Test
    void aPageOfAnOriginThatIsNotListedIsRefused() throws Exception {
        try (TestServer closed = TestServer.start()) {
            ann.open(site.uri("websocket.html?" + closed.uri().getAuthority()));
            ann.waitUntil("document.getElementById('state').textContent === 'closed 1006'", SOON);
        }
    }

    private void open(String page) {
        for (Chromium browser : List.of(ann, bob)) {
            browser.open(site.uri(page + "?" + perch.uri().getAuthority()));
            browser.waitUntil("document.getElementById('state').textContent === 'open'", SOON);
        }
    }

    private static void send(Chromium browser, String text) {
        browser.fill("#text", text);
        browser.click("#send");
    }

    private static void waitForLast(Chromium browser, String text) {
        String last = "document.querySelector('#messages > :last-child')";
        browser.waitUntil(last + " && " + last + ".textContent === " + new JsonPrimitive(text), SOON);
    }

    private static String shown(Chromium browser) {
        return browser.evaluate("[].map.call(document.querySelectorAll('#messages > div'), function (line) {"
                        + " return line.textContent; }).join(' | ')")
                .getAsString();
    }
}
