// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonPrimitive;
import dev.perch.TestServer;
import dev.perch.access.Issuer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The page at {@code /}, in a real browser on a real server. */
final class PageIT {
    @RegisterExtension
    static final Visitor VISITOR = new Visitor();

    private static final Duration SOON = Duration.ofSeconds(15);
    private static final List<String> VIEWS = List.of("socket", "stream", "poll");

    private TestServer server = TestServer.start();
    private Backend backend = new Backend(server);

    @BeforeEach
    void openThePage() {
        VISITOR.open(server.uri("/#alice"));
        waitForViews();
    }

    @AfterEach
    void stopTheServer() {
        VISITOR.leave();
        server.close();
    }

    @Test
    void whatIsSentArrivesInThreeViewsAtOnce() {
        VISITOR.fill("#body", "hello from the form");
        VISITOR.click("#send");
        waitForMessage("hello from the form");
        VISITOR.waitUntil("/^Stored as .+\\.[0-9]+\\.$/.test(document.querySelector('#answer').textContent)");
        for (String view : VIEWS) {
            VISITOR.waitForPart(pane(view) + ".took", " ms");
        }
        VISITOR.fill("#body", "{\"n\": 17}");
        VISITOR.click("#as-json");
        VISITOR.click("#send");
        waitForMessage("{\"n\":17}");
        VISITOR.click("#everybody");
        VISITOR.click("#send");
        VISITOR.waitForAny(pane("poll") + ".topic", "everyone");
        VISITOR.assertContent();
    }

    @Test
    void eachPaneReadsByAViewOfItsOwn() {
        await().atMost(SOON)
                .until(() -> server.openSockets() == 1 && server.openStreams() == 1 && server.openPolls() == 1);
        VISITOR.assertContent();
    }

    @Test
    void whatIsPublishedOverHttpArrivesWithItsTypeAndSender() throws Exception {
        backend.publish(
                "mailbox/alice?type=order&from=bob", "application/json", "{\"item\":\"seed, mixed\",\"kilos\":[1,2]}");
        waitForMessage("{\n  \"item\": \"seed, mixed\",\n  \"kilos\": [\n    1,\n    2\n  ]\n}");
        for (String view : VIEWS) {
            String facts = VISITOR.text(pane(view) + ".facts");
            assertTrue(facts.contains("order"), facts);
            assertTrue(facts.contains("from bob"), facts);
        }
        backend.publish("broadcast", "text/plain", "to everyone");
        waitForMessage("to everyone");
        backend.publish("mailbox/alice", "application/octet-stream", "bytes");
        waitForMessage("Ynl0ZXM=");
        VISITOR.assertContent();
    }

    @Test
    void whatIsKeptIsShownToWhoeverComesBack() throws Exception {
        backend.publish("mailbox/alice", "text/plain", "before");
        waitForMessage("before");
        VISITOR.comeBack(server.uri("/"));
        waitForMessage("before");
        assertEquals(
                "alice",
                VISITOR.evaluate("document.getElementById('mailbox').value").getAsString());
    }

    @Test
    void theLinesOfCurlAreForThisServerAndThisMailbox() throws Exception {
        VISITOR.fill("#body", "it's {\"so\"}");
        String same = VISITOR.text("#same");
        assertTrue(same.endsWith(" " + server.uri("mailbox/alice")), same);
        backend.run(same);
        waitForMessage("it's {\"so\"}");
        backend.run(VISITOR.text("#put"));
        waitForMessage("hello");
        List<String> lines = VISITOR.texts("#lines .code");
        assertEquals(5, lines.size());
        backend.run(lines.get(0));
        backend.run(lines.get(3));
        backend.run(lines.get(2));
        waitForMessage("{\"n\":1}");
        assertEquals(List.of("news", "news", "news"), VISITOR.texts(".message:first-child .topic"));
        VISITOR.assertContent();
    }

    @Test
    void markupInAMessageIsShownAsTextAndDoesNotRun() throws Exception {
        String markup = "<img src=x onerror=\"window.ran = 1\"><script>window.ran = 2</script><b>bold</b>";
        backend.publish("mailbox/alice", "text/plain", markup);
        backend.publish("mailbox/alice", "text/html", markup + " as HTML");
        backend.publish("mailbox/alice", "application/json", "[" + new JsonPrimitive(markup) + "]");
        backend.publish("mailbox/alice", "text/plain", "the last");
        waitForMessage(markup);
        waitForMessage(markup + " as HTML");
        waitForMessage("the last");
        assertEquals(
                0,
                VISITOR.evaluate("document.querySelectorAll('.log img, .log script, .log b').length")
                        .getAsInt());
        assertEquals("undefined", VISITOR.evaluate("typeof window.ran").getAsString());
        VISITOR.assertContent();
    }

    @Test
    void whatCannotBeSentSaysWhy() {
        VISITOR.fill("#body", "{not JSON");
        VISITOR.click("#as-json");
        VISITOR.click("#send");
        VISITOR.waitForPart("#answer.bad", "That is not JSON: ");
        VISITOR.click("#as-json");
        VISITOR.fill("#mailbox", "not a name");
        VISITOR.click("#send");
        VISITOR.waitForPart("#answer.bad", "A mailbox has a name of");
        VISITOR.fill("#mailbox", "alice");
        VISITOR.fill("#body", "x".repeat(300_000));
        VISITOR.click("#send");
        VISITOR.waitForPart("#answer.bad", "The message is too large: ");
    }

    @Test
    void enterThatEndsAComposedWordDoesNotSend() {
        String press = "document.getElementById('body').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter',"
                + " cancelable: true, isComposing: %s }))";
        assertTrue(VISITOR.evaluate(press.formatted("true")).getAsBoolean(), "it is left to the field");
        assertEquals("", VISITOR.text("#answer"));
        assertFalse(VISITOR.evaluate(press.formatted("false")).getAsBoolean());
        waitForMessage("hello");
    }

    @Test
    void allViewsGoOnWhenTheServerHasBeenAway() throws Exception {
        backend.publish("mailbox/alice", "text/plain", "before");
        waitForMessage("before");
        int port = server.uri().getPort();
        server.close();
        VISITOR.waitUntil("document.querySelectorAll('.view .state.waiting, .view .state.connecting').length === 3");
        server = TestServer.start("--port=" + port);
        backend = new Backend(server);
        backend.publish("mailbox/alice", "text/plain", "after");
        waitForMessage("after");
        waitForMessage("before");
        assertFalse(VISITOR.texts(".note").isEmpty(), "a server with another store is a gap");
    }

    @Test
    void aRemovedMailboxIsThereAgainWithTheNextMessage() throws Exception {
        backend.remove("mailbox/alice");
        VISITOR.waitUntil("document.querySelectorAll('.view .note').length === 3");
        VISITOR.click("#send");
        waitForMessage("hello");
    }

    @Test
    void onAServerThatAsksForTokensThePagesAreOpenedWithOne(@TempDir Path directory) throws Exception {
        server.close();
        server = TestServer.start("--monitor", Issuer.option(directory));
        String token = Issuer.known().read("*").write("*").token();
        VISITOR.open(server.uri("/?access_token=" + token + "#alice"));
        waitForViews();
        VISITOR.click("#send");
        waitForMessage("hello");
        VISITOR.click(".nav a[href^='monitor.html']");
        VISITOR.waitUntil("/^up /.test((document.getElementById('uptime') || {}).textContent)");
        VISITOR.assertContent();
    }

    @Test
    void withoutATokenEachViewSaysHowToComeIn(@TempDir Path directory) {
        server.close();
        server = TestServer.start(Issuer.option(directory));
        VISITOR.open(server.uri("/#alice"));
        for (String view : VIEWS) {
            VISITOR.waitForPart(pane(view) + ".note", "Open the page with ?access_token=");
            VISITOR.waitForText(pane(view) + ".state", "closed");
        }
        VISITOR.click("#send");
        VISITOR.waitForPart("#answer.bad", "This server asks for a token. ");
    }

    @Test
    void thePageFitsDesktopAndPhoneInLightAndDark() throws Exception {
        backend.publish("broadcast?type=headline&from=desk", "text/plain", "Kingfisher seen on the canal");
        backend.publish("mailbox/alice?type=order", "application/json", "{\"item\":\"seed, mixed\",\"kilos\":2.5}");
        backend.publish("mailbox/alice", "text/plain", "x".repeat(300));
        waitForMessage("x".repeat(300));
        VISITOR.click("#send");
        waitForMessage("hello");
        VISITOR.lookAt("index");
        VISITOR.assertContent();
    }

    @Test
    void noPageMayHaveAScriptOrStyleOfItsOwnOrAnythingFromElsewhere() throws Exception {
        for (String page : List.of("", "chat.html", "push.html", "monitor.html")) {
            var answer = backend.get(page);
            assertEquals(200, answer.statusCode());
            String policy =
                    answer.headers().firstValue("Content-Security-Policy").orElse("");
            assertTrue(policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self';"), policy);
            assertFalse(answer.body().contains("<style") || answer.body().contains(" style="), page);
            assertFalse(answer.body().replace("<script src=", "").contains("<script"), page);
        }
    }

    /** Each view has read at least once, since the first to do so has made the mailbox. */
    private static void waitForViews() {
        VISITOR.waitUntil("document.querySelectorAll('.view .state.open').length === 3");
    }

    private static String pane(String view) {
        return ".view[data-view=" + view + "] ";
    }

    private static void waitForMessage(String body) {
        for (String view : VIEWS) {
            VISITOR.waitForAny(pane(view) + ".message pre", body);
        }
    }
}
