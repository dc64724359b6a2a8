// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import dev.perch.access.Issuer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The page that shows how the server does. */
final class MonitorPageIT {
    @RegisterExtension
    static final Visitor VISITOR = new Visitor();

    private TestServer server = TestServer.start("--monitor");
    private Backend backend = new Backend(server);

    @AfterEach
    void stopTheServer() {
        VISITOR.leave();
        server.close();
    }

    @Test
    void theNumbersMove() throws Exception {
        open();
        assertEquals("0 in all", VISITOR.text("#publishes-sub"));
        for (int i = 0; i < 20; i++) {
            backend.publish("mailbox/alice", "text/plain", "x");
        }
        backend.send("mailbox/_reserved", "text/plain", "x");
        VISITOR.waitForText("#publishes-sub", "20 in all");
        VISITOR.waitForText("#refused", "1");
        VISITOR.waitForText("#chart-refusals .reasons", "reserved-name 1 ");
        VISITOR.waitForText("#waiting-sub", "1 mailbox");
        backend.get("mailbox/alice?after=start&wait=0");
        VISITOR.waitForText("#deliveries-sub", "20 in all");
        VISITOR.assertContent();
    }

    @Test
    void whatWaitsIsDrawn() {
        open();
        VISITOR.waitUntil("Number(document.getElementById('waiting').textContent) >= 1");
        assertEquals(
                List.of("polls 0", "streams 0", "sockets 1", "publishers 0"),
                VISITOR.texts("#chart-waiting .legend span"));
        VISITOR.waitUntil("/M.*L/.test(document.querySelector('#chart-waiting .area.s2').getAttribute('d'))");
        assertTrue(VISITOR.texts("#chart-waiting text").containsAll(List.of("0", "3 min ago", "now")));
        VISITOR.assertContent();
    }

    @Test
    void aDeliveryIsCountedInTheClassOfItsDelay() throws Exception {
        open();
        assertEquals("\u2013", VISITOR.text("#delay"));
        VISITOR.evaluate("window.other = new Perch('/', { topics: ['news'] }), 0");
        VISITOR.waitUntil("other.state === 'open'");
        backend.publish("topic/news", "text/plain", "x");
        VISITOR.waitUntil("/^\u2264 [0-9]+ ms$/.test(document.getElementById('delay').textContent)");
        assertEquals(List.of("1"), VISITOR.texts("#chart-delay .number"));
        VISITOR.assertContent();
    }

    @Test
    void whatHasBeenGoingOnIsThereForWhoOpensItLater() throws Exception {
        backend.publish("mailbox/alice", "text/plain", "x");
        open();
        VISITOR.waitForText("#publishes-sub", "1 in all");
        VISITOR.click("label[for=w1]");
        VISITOR.waitForAny("#chart-publishes text", "1 min ago");
        VISITOR.assertContent();
    }

    @Test
    void whatIsPointedAtIsToldWithItsTime() {
        open();
        VISITOR.waitUntil("/M.*L/.test(document.querySelector('#chart-memory .line').getAttribute('d'))");
        VISITOR.evaluate("var chart = document.querySelector('#chart-memory svg'), box = chart.getBoundingClientRect();"
                + "chart.dispatchEvent(new PointerEvent('pointermove', { clientX: box.right - 5, clientY: box.top }))");
        VISITOR.waitUntil(
                "/^[0-9]+:[0-9]+:[0-9]+$/.test(" + "document.querySelector('#chart-memory .legend .at').textContent)");
        VISITOR.waitUntil("document.querySelector('#chart-memory .cross')");
    }

    @Test
    void aServerThatTellsNothingIsToldHowToBeStarted() {
        server.close();
        server = TestServer.start();
        VISITOR.open(server.uri("monitor.html"));
        VISITOR.waitForPart("#untold:not(.gone)", "--monitor");
    }

    @Test
    void withoutATokenItSaysHowToComeIn(@TempDir Path directory) {
        server.close();
        server = TestServer.start("--monitor", Issuer.option(directory));
        VISITOR.open(server.uri("monitor.html"));
        VISITOR.waitForPart("#trouble:not(.gone)", "Open the page with ?access_token=");
        assertEquals(
                "none",
                VISITOR.evaluate("getComputedStyle(document.getElementById('tiles')).display")
                        .getAsString());
    }

    @Test
    void thePageFitsDesktopAndPhoneInLightAndDark() throws Exception {
        open();
        for (int i = 0; i < 200; i++) {
            backend.publish("topic/t" + i % 7, "text/plain", "x".repeat(i));
        }
        VISITOR.waitForText("#publishes-sub", "200 in all");
        VISITOR.lookAt("monitor");
        VISITOR.assertContent();
    }

    private void open() {
        VISITOR.open(server.uri("monitor.html"));
        VISITOR.waitUntil("/^up /.test(document.getElementById('uptime').textContent)");
    }
}
