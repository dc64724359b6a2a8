// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.perch.TestServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chat in browsers of former times. */
final class OldChatIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final TestServer server = TestServer.start("--presence");
    private final Backend backend = new Backend(server);

    @AfterEach
    void stopTheServer() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "2.12, INTERNET_EXPLORER_6, long polling",
        "2.12, INTERNET_EXPLORER_7, long polling",
        "2.12, INTERNET_EXPLORER_8, long polling",
        "2.12, INTERNET_EXPLORER_9, long polling",
        "2.70.0, INTERNET_EXPLORER, WebSocket"
    })
    void internetExplorerReadsTheHistoryTalksAndSeesWhoIsHere(String release, String version, String view)
            throws Exception {
        bob("before");
        try (HtmlUnit browser = HtmlUnit.start(release, version)) {
            browser.open(server.uri("chat.html"));
            browser.run("document.getElementById('name').value = 'J\u00fcrgen';"
                    + "document.getElementById('enter').click();");
            waitFor(browser, "log", "before");
            waitFor(browser, "people", "J\u00fcrgen (you)");
            browser.run("document.getElementById('text').value = 'hello <b>from</b> him';"
                    + "document.getElementById('send').click();");
            waitFor(browser, "log", "hello <b>from</b> him");
            // HtmlUnit sends one request after the other: the poll before this one has to end.
            bob("meanwhile");
            await().atMost(SOON).until(() -> backend.get("topic/room.lobby?after=start&wait=0")
                    .body()
                    .contains("\"name\":\"J\u00fcrgen\",\"text\":\"hello <b>from</b> him\""));
            bob("after");
            waitFor(browser, "log", "after");
            assertEquals("#lobby", browser.text("title"));
            assertEquals(view, browser.text("state"));
            assertEquals("", browser.text("error"));
            // The browser waits for the end of its polls when it is closed.
            server.close();
        }
    }

    private void bob(String words) throws Exception {
        backend.publish("topic/room.lobby", "application/json", "{\"name\":\"Bob\",\"text\":\"" + words + "\"}");
    }

    private static void waitFor(HtmlUnit browser, String id, String part) {
        await(id + " to have " + part).atMost(SOON).until(() -> browser.text(id).contains(part));
    }
}
