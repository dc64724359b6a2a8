// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.ChildServer;
import dev.perch.TestServer;
import dev.perch.access.Issuer;
import dev.perch.browser.BufferingProxy.Refusal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** perch.js in a browser of today, with a server and a network that refuse, hold back, end and come again. */
final class NetworkIT {
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

    @Test
    void behindAProxyThatBuffersItPollsAndLosesNothing() throws Exception {
        try (TestServer server = TestServer.start();
                BufferingProxy proxy = new BufferingProxy(server.uri())) {
            // The stream that nobody hears is handed it.
            Client.publish(server, "mailbox/alice", "0");
            Client client = new Client(browser, proxy.uri());
            client.open("{ mailbox: 'alice', probe: 1 }");
            client.send("mailbox/alice", "1");
            await().pollInterval(Duration.ofMillis(5)).until(() -> server.openStreams() == 1);
            Client.publish(server, "mailbox/alice", "2");
            client.waitForMessages(3);
            assertEquals("[0,2,1]", client.data());
            assertEquals("poll", client.view());
            Client.publish(server, "mailbox/alice", "3");
            client.waitForMessages(4);
            assertEquals("[0,2,1,3]", client.data());
            assertEquals(1, proxy.count("GET /mailbox/alice?beat"), "a view that has never got through stays out");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {502, 503})
    void aStreamThatWasRefusedIsMadeAnew(int status) throws Exception {
        try (TestServer server = TestServer.start();
                BufferingProxy proxy = new BufferingProxy(server.uri()).passingStreams()) {
            Client client = new Client(browser, proxy.uri());
            proxy.refuse(1, new Refusal(status, 0, line -> line.contains("format=sse")));
            client.open("{ mailbox: 'alice', view: 'stream' }");
            client.waitForState("open");
            client.send("mailbox/alice", "0");
            client.waitForMessages(1);
            assertEquals("[0]", client.data());
            assertEquals(2, proxy.count("GET /mailbox/alice?format=sse"));
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, 503", "POST, 503", "POST, 429"})
    void whoIsRefusedForATimeStaysAwayForThatTime(String method, int status) throws Exception {
        try (TestServer server = TestServer.start();
                BufferingProxy proxy = new BufferingProxy(server.uri())) {
            Client client = new Client(browser, proxy.uri());
            String path = method + " /mailbox/alice";
            Refusal refusal = new Refusal(status, 2, line -> line.startsWith(path));
            if (method.equals("GET")) {
                proxy.refuse(1, refusal);
            }
            client.open("{ mailbox: 'alice', view: 'poll' }");
            if (method.equals("POST")) {
                client.waitForState("open");
                proxy.refuse(1, refusal);
            }
            long begin = System.nanoTime();
            client.send("mailbox/alice", "0");
            client.send("mailbox/alice", "1");
            client.waitForMessages(2);
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            assertTrue(took.toMillis() > 1500, took::toString);
            assertEquals("[0,1]", client.data());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream", "poll"})
    void whoIsSupersededDoesNotFight(String view) throws Exception {
        try (TestServer server = TestServer.start("--mailbox-parked=1");
                BufferingProxy proxy = new BufferingProxy(server.uri()).passingStreams();
                Chromium tab = browser.another()) {
            String options = "{ mailbox: 'alice', view: '" + view + "' }";
            Client one = new Client(browser, proxy.uri());
            one.open(options);
            one.waitForState("open");
            Client two = new Client(tab, proxy.uri());
            two.open(options);
            two.waitForState("open");
            one.waitForState("waiting");
            long asked = proxy.count("GET /mailbox/alice");
            two.send("mailbox/alice", "0");
            two.waitForMessages(1);
            await().during(Duration.ofSeconds(2))
                    .atMost(Duration.ofSeconds(4))
                    .until(() -> proxy.count("GET /mailbox/alice") <= asked + 2);
            assertEquals("[\"open\",\"waiting\"]", one.states());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socket", "stream", "poll"})
    void whoseMailboxIsDeletedStops(String view) throws Exception {
        try (TestServer server = TestServer.start();
                BufferingProxy proxy = new BufferingProxy(server.uri()).passingStreams()) {
            Client client = new Client(browser, view.equals("socket") ? server.uri() : proxy.uri());
            client.open("{ mailbox: 'alice', view: '" + view + "' }");
            client.waitForState("open");
            await().until(() -> server.openPolls() + server.openStreams() + server.openSockets() == 1);
            new Backend(server).remove("mailbox/alice");
            client.waitForState("closed");
            assertEquals("[\"deleted\"]", client.errors());
            long asked = proxy.count("GET /mailbox/alice");
            await().during(Duration.ofMillis(700))
                    .until(() -> proxy.count("GET /mailbox/alice") == asked && server.openSockets() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socket", "poll"})
    void aServerThatIsKilledInMidChatLosesNothing(String view, @TempDir Path directory) throws Exception {
        String data = "--data=" + directory.resolve("data");
        try (ChildServer server = ChildServer.start(data)) {
            String port = "--port=" + server.uri().getPort();
            Client client = new Client(browser, server.uri());
            client.open("{ mailbox: 'alice', view: '" + view + "' }");
            client.waitForState("open");
            for (int i = 0; i < 20; i++) {
                client.send("mailbox/alice", Integer.toString(i));
            }
            client.waitForMessages(5);
            server.kill();
            for (int i = 20; i < 25; i++) {
                client.send("mailbox/alice", Integer.toString(i));
            }
            try (ChildServer again = ChildServer.start(data, port)) {
                assertEquals(server.uri(), again.uri());
                client.waitForMessages(25);
                client.waitForAnswers(25);
                assertEquals(numbers(25), client.data());
                assertEquals("[]", client.gaps());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socket", "stream", "poll"})
    void whenItsTokenEndsItGoesOnWithAnother(String view, @TempDir Path directory) throws Exception {
        try (TestServer server = TestServer.start(Issuer.option(directory))) {
            Client client = new Client(browser, server.uri());
            // It is over in two to three seconds: times are whole seconds, and there are thirty of grace.
            String ending = Issuer.known()
                    .to("alice")
                    .write("mailbox/alice")
                    .until(Instant.ofEpochSecond(Instant.now().getEpochSecond() + 3 - 30))
                    .token();
            String next = Issuer.known().to("alice").write("mailbox/alice").token();
            client.open("{ mailbox: 'alice', view: '" + view + "', token: function (use) {"
                    + " window.asked = (window.asked || 0) + 1; use(asked > 1 ? '" + next + "' : '" + ending
                    + "'); } }");
            client.waitForState("open");
            client.send("mailbox/alice", "0");
            client.waitForMessages(1);
            browser.waitUntil("asked === 2 && perch.state === 'open'", Duration.ofSeconds(10));
            client.send("mailbox/alice", "1");
            client.waitForMessages(2);
            assertEquals(numbers(2), client.data());
            assertEquals("[null,null]", client.answers());
            assertEquals("2", browser.evaluate("asked").toString());
            assertEquals("[]", client.errors());
        }
    }

    @Test
    void aPageThatIsLoadedAgainGoesOnWhereItWas() throws Exception {
        try (TestServer server = TestServer.start()) {
            String options = "{ mailbox: 'alice', remember: true }";
            Client client = new Client(browser, server);
            client.open(options);
            client.waitForState("open");
            client.send("mailbox/alice", "0");
            client.waitForMessages(1);
            browser.open(server.uri("favicon.svg"));
            Client.publish(server, "mailbox/alice", "1");
            // Another reader is handed it: only its own cursor brings it to the page.
            new Backend(server).get("mailbox/alice?wait=0");
            client.open(options);
            client.waitForMessages(1);
            client.send("mailbox/alice", "2");
            client.waitForMessages(2);
            assertEquals("[1,2]", client.data());
        }
    }

    @Test
    void twoTabsOnOneMailboxBothGetEverything() {
        try (TestServer server = TestServer.start();
                Chromium tab = browser.another()) {
            Client one = new Client(browser, server);
            Client two = new Client(tab, server);
            one.open("{ mailbox: 'alice', view: 'poll' }");
            two.open("{ mailbox: 'alice' }");
            one.waitForState("open");
            two.waitForState("open");
            for (int i = 0; i < 10; i++) {
                (i % 2 == 0 ? one : two).send("mailbox/alice", Integer.toString(i));
                one.waitForMessages(i + 1);
                two.waitForMessages(i + 1);
            }
            assertEquals(numbers(10), one.data());
            assertEquals(numbers(10), two.data());
        }
    }

    @Test
    void whatDoesNotFitIntoTheQueueIsRefusedAndTheRestKeepsItsOrder() {
        try (TestServer server = TestServer.start()) {
            Client client = new Client(browser, server);
            client.open("{ mailbox: 'alice', queue: 3 }");
            client.waitForState("open");
            browser.offline(true);
            // A socket may stay open in a browser that is offline; the page is told, and goes without it.
            client.waitForOther("open");
            for (int i = 0; i < 5; i++) {
                client.send("mailbox/alice", Integer.toString(i));
            }
            client.waitForAnswers(2);
            assertEquals("[\"the queue is full\",\"the queue is full\"]", client.answers());
            browser.offline(false);
            client.waitForMessages(3);
            client.waitForAnswers(5);
            assertEquals(numbers(3), client.data());
        }
    }

    private static String numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).collect(Collectors.joining(",", "[", "]"));
    }
}
