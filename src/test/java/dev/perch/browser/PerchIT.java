// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.perch.TestServer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** perch.js in a browser of today: every message comes once and in order, whatever happens to page and connection. */
final class PerchIT {
    private static Chromium browser;

    @BeforeAll
    static void startBrowser() throws Exception {
        Chromium.assumeInstalled();
        browser = Chromium.start();
    }

    @AfterAll
    static void endBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socket", "stream", "poll"})
    void eachViewReadsAndSends(String view) {
        try (TestServer server = TestServer.start()) {
            Client client = new Client(browser, server);
            client.open("{ mailbox: 'alice', topics: ['news'], view: '" + view + "' }");
            client.waitForState("open");
            client.send("mailbox/alice", "{ n: 1 }");
            client.send("topic/news", "'two'");
            client.send("broadcast", "'three'");
            client.waitForMessages(3);
            assertEquals("[{\"n\":1},\"two\",\"three\"]", client.data());
            assertEquals("[null,null,null]", client.answers());
            assertEquals(view, client.view());
            assertEquals(List.of(), client.complaints());
        }
    }
}
