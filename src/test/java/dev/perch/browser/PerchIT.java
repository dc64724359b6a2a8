// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import dev.perch.access.Issuer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** perch.js in a browser of today: every message comes once and in order, whatever happens to page and connection. */
final class PerchIT {
    private static final Duration SOON = Duration.ofSeconds(20);
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

    /**
     * Programs cut texts so. JSON cannot say it; what cannot be understood has no key under which it could be refused.
     */
    @ParameterizedTest
    @ValueSource(strings = {"socket", "stream", "poll"})
    void halfOfACharacterHoldsNothingUp(String view) {
        try (TestServer server = TestServer.start()) {
            Client client = new Client(browser, server);
            client.open("{ mailbox: 'alice', view: '" + view + "' }");
            client.waitForState("open");
            client.send("mailbox/alice", "'cut \\ud83d'");
            client.send("mailbox/alice", "{ cut: '\\ud83d' }");
            client.send("mailbox/alice", "'whole'");
            client.waitForAnswers(3);
            client.waitForMessages(2);
            assertEquals("[\"cut \ufffd\",\"whole\"]", client.data());
            assertTrue(client.answers().matches("\\[null,\"not JSON.*\",null]"), client.answers());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socket", "stream", "poll"})
    void whenConnectionsAreCutEachMessageComesOnceAndInOrder(String view) throws Exception {
        try (TestServer server = TestServer.start();
                CuttingProxy proxy = new CuttingProxy(server.uri())) {
            Client client = new Client(browser, proxy.uri());
            client.open("{ mailbox: 'alice', view: '" + view + "' }");
            client.waitForState("open");
            for (int i = 0; i < 40; i++) {
                client.send("mailbox/alice", Integer.toString(i));
                if (i % 8 == 3) {
                    proxy.cut();
                }
            }
            client.waitForMessages(40);
            assertEquals(numbers(40), client.data());
            assertEquals("[]", client.gaps());
        }
    }

    @Test
    void aServerThatIsRestartedInMidChatLosesNothing(@TempDir Path directory) throws Exception {
        TestServer server = TestServer.start("--data=" + directory.resolve("data"));
        String port = "--port=" + server.uri().getPort();
        try {
            Client client = new Client(browser, server);
            client.open("{ mailbox: 'alice' }");
            client.waitForState("open");
            for (int i = 0; i < 5; i++) {
                client.send("mailbox/alice", Integer.toString(i));
            }
            client.waitForMessages(5);
            server.close();
            for (int i = 5; i < 10; i++) {
                client.send("mailbox/alice", Integer.toString(i));
            }
            server = TestServer.start(port, "--data=" + directory.resolve("data"));
            client.waitForMessages(10);
            assertEquals(numbers(10), client.data());
            assertEquals("[]", client.gaps());
        } finally {
            server.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socket", "stream", "poll"})
    void aStoreThatWasSetBackIsOneGapAndNothingAfterItIsLost(String view, @TempDir Path directory) throws Exception {
        Path data = directory.resolve("data");
        Path copy = directory.resolve("copy");
        TestServer server = TestServer.start("--data=" + data);
        String port = "--port=" + server.uri().getPort();
        try {
            Client.publish(server, "mailbox/alice", "0");
            server.close();
            copy(data, copy);
            server = TestServer.start(port, "--data=" + data);
            Client client = new Client(browser, server);
            client.open("{ mailbox: 'alice', after: 'start', view: '" + view + "' }");
            client.waitForState("open");
            Client.publish(server, "mailbox/alice", "1");
            client.waitForMessages(2);
            server.close();
            server = TestServer.start(port, "--data=" + copy);
            client.waitForMessages(3);
            Client.publish(server, "mailbox/alice", "2");
            client.waitForMessages(4);
            assertEquals("[0,1,0,2]", client.data());
            assertEquals("[{\"why\":\"epoch\"}]", client.gaps());
        } finally {
            server.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "'socket'", "'stream'", "'poll'"})
    void aFirstTokenThatIsOverIsReplacedAndTheBestViewUsed(String view, @TempDir Path directory) {
        try (TestServer server = TestServer.start(Issuer.option(directory))) {
            String over =
                    Issuer.known().to("alice").lasting(Duration.ofHours(-1)).token();
            String next = Issuer.known().to("alice").write("mailbox/alice").token();
            Client client = new Client(browser, server);
            client.open("{ mailbox: 'alice', view: " + view + ", token: function (use) {"
                    + " window.asked = (window.asked || 0) + 1; use(asked > 1 ? '" + next + "' : '" + over + "'); } }");
            client.waitForState("open");
            client.send("mailbox/alice", "0");
            client.waitForMessages(1);
            assertEquals(view.equals("null") ? "socket" : view.replace("'", ""), client.view());
            assertEquals("2", browser.evaluate("asked").toString());
        }
    }

    @Test
    void tabsShareOneConnectionAndHandItOn() {
        try (TestServer server = TestServer.start();
                Chromium second = browser.another();
                Chromium third = browser.another()) {
            String options = "{ mailbox: 'alice', shared: true }";
            Client one = new Client(browser, server);
            Client two = new Client(second, server);
            Client three = new Client(third, server);
            for (Client client : List.of(one, two, three)) {
                client.open(options);
                client.waitForState("open");
            }
            one.send("mailbox/alice", "0");
            for (Client client : List.of(one, two, three)) {
                client.waitForMessages(1);
            }
            assertEquals(1, server.openSockets());
            // The first one leads; it goes away.
            browser.open(server.uri("perch.js"));
            two.send("mailbox/alice", "1");
            for (Client client : List.of(two, three)) {
                client.waitForMessages(2);
                assertEquals(numbers(2), client.data());
            }
            assertEquals(1, server.openSockets());
        }
    }

    @Test
    void aPageGoesOnWhenItComesOutOfTheBackForwardCache() throws Exception {
        try (TestServer server = TestServer.start()) {
            Client client = new Client(browser, server);
            client.open("{ mailbox: 'alice' }");
            client.waitForState("open");
            client.send("mailbox/alice", "0");
            client.waitForMessages(1);
            browser.evaluate("location.href = '/favicon.svg'");
            browser.waitUntil("location.pathname === '/favicon.svg'", SOON);
            Client.publish(server, "mailbox/alice", "1");
            browser.evaluate("history.back()");
            browser.waitUntil("location.pathname === '/perch.js' && !!window.perch", SOON);
            client.waitForMessages(2);
            assertEquals(numbers(2), client.data());
        }
    }

    @Test
    void whatIsSentOfflineArrivesOnceAndInOrder() {
        try (TestServer server = TestServer.start()) {
            Client client = new Client(browser, server);
            client.open("{ mailbox: 'alice' }");
            client.waitForState("open");
            browser.offline(true);
            for (int i = 0; i < 5; i++) {
                client.send("mailbox/alice", Integer.toString(i));
            }
            browser.offline(false);
            client.waitForMessages(5);
            assertEquals(numbers(5), client.data());
        }
    }

    /** Copies the files of a directory, but not those that say who uses it. */
    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(from, "perch.db*")) {
            for (Path file : files) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private static String numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).collect(Collectors.joining(",", "[", "]"));
    }
}
