// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The page on which a backend tells its users. */
final class PushIT {
    @RegisterExtension
    static final Visitor VISITOR = new Visitor();

    private final TestServer server = TestServer.start();
    private final Backend backend = new Backend(server);

    @BeforeEach
    void openThePage() {
        VISITOR.open(server.uri("push.html"));
        VISITOR.waitUntil("document.querySelectorAll('.user .state.open').length === 2");
    }

    @AfterEach
    void stopTheServer() {
        VISITOR.leave();
        server.close();
    }

    @Test
    void oneUserIsToldOrAllOfThemAre() {
        push("#to-1", "For bob");
        VISITOR.waitForAny("#user-bob .news strong", "For bob");
        push("#to-all", "For everyone");
        VISITOR.waitForAny("#user-bob .news strong", "For everyone");
        VISITOR.waitForAny("#user-alice .news strong", "For everyone");
        push("#to-0", "For alice");
        VISITOR.waitForAny("#user-alice .news strong", "For alice");
        assertEquals(List.of("For everyone", "For bob"), VISITOR.texts("#user-bob .news strong"));
        assertEquals(List.of("For alice", "For everyone"), VISITOR.texts("#user-alice .news strong"));
        VISITOR.waitUntil("/^Stored/.test(document.querySelector('#answer').textContent)");
        VISITOR.assertContent();
    }

    @Test
    void whatIsNotReadIsCountedUntilItIs() {
        push("#to-all", "one");
        push("#to-0", "two");
        VISITOR.waitForText("#user-alice .badge", "2");
        VISITOR.waitForText("#user-bob .badge", "1");
        assertEquals("(3) Push - Perch", VISITOR.evaluate("document.title").getAsString());
        VISITOR.click("#user-alice .read");
        VISITOR.waitForText("#user-alice .badge", "");
        VISITOR.comeBack(server.uri("push.html"));
        VISITOR.waitForText("#user-bob .badge", "1");
        VISITOR.waitForAny("#user-alice .news strong", "two");
        VISITOR.waitForText("#user-alice .badge", "");
        assertEquals("(1) Push - Perch", VISITOR.evaluate("document.title").getAsString());
    }

    @Test
    void theLineOfCurlDoesTheSame() throws Exception {
        VISITOR.click("#to-1");
        VISITOR.fill("#title", "It's \"here\"");
        backend.run(VISITOR.text("#same"));
        VISITOR.waitForAny("#user-bob .news strong", "It's \"here\"");
        VISITOR.click("#to-all");
        backend.run(VISITOR.text("#same"));
        VISITOR.waitForAny("#user-alice .news strong", "It's \"here\"");
    }

    @Test
    void anyMessageIsShownAndAsText() throws Exception {
        String markup = "<img src=x onerror=\"window.ran = 1\">";
        backend.publish("mailbox/alice", "text/plain", markup);
        backend.publish("mailbox/alice", "application/json", "[17]");
        backend.publish("mailbox/alice", "image/png", "bytes");
        VISITOR.waitForAny("#user-alice .news p", markup);
        VISITOR.waitForAny("#user-alice .news p", "[17]");
        VISITOR.waitForAny("#user-alice .news p", "image/png, 5 bytes");
        assertEquals("undefined", VISITOR.evaluate("typeof window.ran").getAsString());
        VISITOR.assertContent();
    }

    @Test
    void whatWasDeletedSaysSoInItsInbox() throws Exception {
        push("#to-0", "For alice");
        VISITOR.waitForAny("#user-alice .news strong", "For alice");
        backend.remove("mailbox/alice");
        VISITOR.waitForText("#user-alice .inbox .error", "This inbox has ended: deleted.");
    }

    @Test
    void whoeverChoosesTheColoursHimselfSeesWhatIsChosen() {
        VISITOR.browser().media("forced-colors", "active");
        String background = "getComputedStyle(document.querySelector('label[for=%s]')).backgroundColor";
        String line = "getComputedStyle(document.querySelector('.nav a%s')).borderBottomColor";
        assertNotEquals(VISITOR.evaluate(background.formatted("to-0")), VISITOR.evaluate(background.formatted("to-1")));
        assertNotEquals(
                VISITOR.evaluate(line.formatted("[aria-current]")),
                VISITOR.evaluate(line.formatted(":not([aria-current])")));
    }

    @Test
    void theUsersCanBeNamedInTheAddress() {
        VISITOR.open(server.uri("push.html#carol,dave"));
        VISITOR.waitUntil("document.querySelectorAll('.user .state.open').length === 2");
        push("#to-1", "For dave");
        VISITOR.waitForAny("#user-dave .news strong", "For dave");
        assertTrue(VISITOR.text("#same").endsWith("/mailbox/dave"), VISITOR.text("#same"));
    }

    @Test
    void thePageFitsDesktopAndPhoneInLightAndDark() throws Exception {
        push("#to-all", "Back at four");
        VISITOR.waitForText("#user-bob .badge", "1");
        VISITOR.click("#user-bob .read");
        push("#to-1", "Your order is on its way");
        VISITOR.waitForAny("#user-bob .news strong", "Your order is on its way");
        VISITOR.lookAt("push");
        VISITOR.assertContent();
    }

    private static void push(String to, String title) {
        VISITOR.click(to);
        VISITOR.fill("#title", title);
        VISITOR.click("#send");
    }
}
