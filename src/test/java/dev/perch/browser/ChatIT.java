// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The chat, with two who talk. */
final class ChatIT {
    @RegisterExtension
    static final Visitor ZOE = new Visitor();

    @RegisterExtension
    static final Visitor BOB = new Visitor();

    private final TestServer server = TestServer.start("--presence", "--presence-linger=1");

    @AfterEach
    void stopTheServer() {
        ZOE.leave();
        BOB.leave();
        server.close();
    }

    @Test
    void twoTalkAndEachSeesWhoSaysWhat() {
        enter(ZOE, "Zoë", "lobby");
        enter(BOB, "Bob", "lobby");
        speak(ZOE, "Has anybody seen the heron?");
        BOB.waitForAny(".line:not(.own) .words", "Has anybody seen the heron?");
        assertEquals(List.of("Zoë"), BOB.texts(".who"));
        speak(BOB, "At the weir.");
        ZOE.waitForAny(".line:not(.own) .words", "At the weir.");
        assertEquals(List.of("Has anybody seen the heron?", "At the weir."), ZOE.texts(".words"));
        assertEquals(List.of("You", "Bob"), ZOE.texts(".who"));
        ZOE.waitUntil("!document.querySelector('.unsent')");
        ZOE.assertContent();
        BOB.assertContent();
    }

    @Test
    void whoComesLaterReadsWhatWasSaid() {
        enter(ZOE, "Zoë", "lobby");
        speak(ZOE, "one");
        speak(ZOE, "two");
        BOB.open(server.uri("chat.html"));
        join(BOB, "Bob", "lobby");
        BOB.waitForAny(".words", "two");
        assertEquals(List.of("one", "two"), BOB.texts(".words"));
    }

    @Test
    void whoIsHereIsShownAndGoesWhenHeGoes() {
        enter(ZOE, "Zoë", "lobby");
        enter(BOB, "Bob", "lobby");
        ZOE.waitUntil("document.querySelectorAll('.person').length === 2");
        BOB.waitUntil("document.querySelectorAll('.person').length === 2");
        assertEquals(List.of("Bob", "Zoë (you)"), ZOE.texts(".person"));
        assertEquals("2", ZOE.text("#many"));
        BOB.leave();
        ZOE.waitUntil("document.querySelectorAll('.person').length === 1");
        assertEquals(List.of("Zoë (you)"), ZOE.texts(".person"));
        ZOE.assertContent();
    }

    @Test
    void aRoomHasItsOwnTalkAndPeople() {
        enter(ZOE, "Zoë", "lobby");
        enter(BOB, "Bob", "Straße 9 / Nord");
        speak(BOB, "only here");
        BOB.waitUntil("!document.querySelector('.unsent')");
        speak(ZOE, "only there");
        ZOE.waitUntil("!document.querySelector('.unsent')");
        assertEquals(List.of("only here"), BOB.texts(".words"));
        ZOE.fill("#other-room", "Straße 9 / Nord");
        ZOE.click("#other button");
        ZOE.waitForAny(".words", "only here");
        assertEquals(List.of("only here"), ZOE.texts(".words"));
        BOB.waitUntil("document.querySelectorAll('.person').length === 2");
        ZOE.click("#rooms a");
        ZOE.waitForAny(".words", "only there");
        assertEquals("#lobby", ZOE.text("#title"));
    }

    @Test
    void theNameIsKept() {
        enter(ZOE, "Zoë", "help");
        ZOE.comeBack(server.uri("chat.html"));
        assertEquals(
                "Zoë", ZOE.evaluate("document.getElementById('name').value").getAsString());
        ZOE.click("#enter");
        ZOE.waitForText("#title", "#help");
        ZOE.click("#leave");
        ZOE.fill("#name", "Zelda");
        ZOE.click("#enter");
        ZOE.waitForText("#you", "Zelda");
    }

    @Test
    void markupIsShownAsTextAndDoesNotRun() throws Exception {
        String markup = "<img src=x onerror=\"window.ran = 1\"><b>bold</b>";
        enter(ZOE, "Zoë", "lobby");
        enter(BOB, "<b>Bob", "lobby");
        speak(BOB, markup);
        ZOE.waitForAny(".words", markup);
        assertEquals(List.of("<b>Bob"), ZOE.texts(".who"));
        new Backend(server).publish("topic/room.lobby?from=curl", "text/plain", markup + " from a shell");
        ZOE.waitForAny(".words", markup + " from a shell");
        ZOE.waitForAny(".person", "<b>Bob");
        assertEquals(
                0,
                ZOE.evaluate("document.querySelectorAll('#chat img, #chat b').length")
                        .getAsInt());
        assertEquals("undefined", ZOE.evaluate("typeof window.ran").getAsString());
        ZOE.assertContent();
    }

    @Test
    void manyRoomsAndLargeTextStayInTheWindowOfAPhone() {
        enter(ZOE, "Zoë", "lobby");
        ZOE.browser().viewport(390, 844);
        for (String room : List.of("the garden", "behind the house", "on the roof")) {
            ZOE.fill("#other-room", room);
            ZOE.evaluate("document.querySelector('#other button').click()");
            ZOE.waitForText("#title", "#" + room);
        }
        String fits = "document.documentElement.scrollWidth <= window.innerWidth && window.innerWidth === 390";
        assertTrue(ZOE.evaluate(fits).getAsBoolean());
        ZOE.evaluate("document.documentElement.style.fontSize = '200%'");
        assertTrue(ZOE.evaluate(fits).getAsBoolean());
        assertEquals(
                "28px",
                ZOE.evaluate("getComputedStyle(document.querySelector('.you')).fontSize")
                        .getAsString());
    }

    @Test
    void whoReadsWhatWasSaidBeforeIsLeftThereAndToldOfWhatIsNew() throws Exception {
        Backend backend = new Backend(server);
        enter(ZOE, "Zoë", "lobby");
        for (int i = 0; i < 40; i++) {
            backend.publish("topic/room.lobby?from=bob", "text/plain", "before " + i);
        }
        ZOE.waitForAny(".words", "before 39");
        ZOE.evaluate("document.getElementById('log').scrollTop = 100");
        // The browser tells of the scrolling with its next picture.
        ZOE.waitUntil("new Promise(function (done) { requestAnimationFrame(function () {"
                + " requestAnimationFrame(function () { done(true); }); }); })");
        backend.publish("topic/room.lobby?from=bob", "text/plain", "new");
        ZOE.waitForText("#below:not(.gone)", "New messages");
        assertEquals(
                100, ZOE.evaluate("document.getElementById('log').scrollTop").getAsInt());
        ZOE.click("#below");
        ZOE.waitUntil("document.querySelector('#below.gone')");
        assertTrue(ZOE.evaluate("document.querySelector('.line:last-child').getBoundingClientRect().bottom"
                        + " <= document.getElementById('log').getBoundingClientRect().bottom")
                .getAsBoolean());
    }

    @Test
    void namesOfEveryScriptAreShownAndOneThatIsTooLongIsToldSo() {
        enter(ZOE, "Константин Лев", "俳句と短歌");
        ZOE.waitForAny(".person", "Константин Лев (you)");
        ZOE.fill("#other-room", "\u8a9e".repeat(40));
        ZOE.click("#other button");
        ZOE.waitForText("#error", "The name of the room is too long.");
        assertEquals("#俳句と短歌", ZOE.text("#title"));
        ZOE.click("#leave");
        ZOE.fill("#name", "\u8a9e".repeat(24));
        ZOE.click("#enter");
        ZOE.waitForText("#join-error", "Your name is too long.");
    }

    @Test
    void whatProgramsSayIsShownAsTheySaidIt() throws Exception {
        Backend backend = new Backend(server);
        enter(ZOE, "Zoë", "lobby");
        backend.publish("topic/room.lobby?from=curl", "application/json", "{\"n\":1}");
        backend.publish("topic/room.lobby?from=curl", "application/json", "{\"name\":{},\"text\":[2]}");
        backend.publish("topic/room.lobby?from=curl", "application/json", "null");
        backend.publish("topic/room.lobby?from=curl", "application/octet-stream", "bytes");
        backend.publish("broadcast", "application/json", "[3]");
        ZOE.waitForAny(".note", "To everyone: [3]");
        assertEquals(
                List.of("{\"n\":1}", "{\"name\":{},\"text\":[2]}", "null", "application/octet-stream, 5 bytes"),
                ZOE.texts(".words"));
        assertEquals(List.of("curl"), ZOE.texts(".who"));
        ZOE.assertContent();
    }

    @Test
    void aNameThatIsWrittenFromRightToLeftStaysBeforeItsTime() {
        enter(BOB, "Bob عمر", "lobby");
        enter(ZOE, "Zoë", "lobby");
        speak(BOB, "(مرحبا)");
        ZOE.waitForAny(".words", "(مرحبا)");
        assertTrue(ZOE.evaluate("document.querySelector('.when').getBoundingClientRect().left"
                        + " >= document.querySelector('.who').getBoundingClientRect().right")
                .getAsBoolean());
        assertEquals(
                "plaintext",
                ZOE.evaluate("getComputedStyle(document.querySelector('.words')).unicodeBidi")
                        .getAsString());
    }

    @Test
    void thePageFitsDesktopAndPhoneInLightAndDark() throws Exception {
        enter(BOB, "Bob", "lobby");
        ZOE.open(server.uri("chat.html"));
        ZOE.lookAt("chat-join");
        join(ZOE, "Zoë", "lobby");
        speak(BOB, "Has anybody seen the heron today?");
        speak(BOB, "It stood at the weir for a good half hour and did not move at all, not even when the boat came.");
        ZOE.waitUntil("document.querySelectorAll('.words').length === 2");
        speak(ZOE, "I will have a look after work.");
        new Backend(server).publish("broadcast", "text/plain", "The server will be started again at six.");
        ZOE.waitUntil("document.querySelector('.note') && !document.querySelector('.unsent')");
        ZOE.waitUntil("document.querySelectorAll('.person').length === 2");
        ZOE.lookAt("chat");
        assertTrue(ZOE.evaluate("document.querySelector('#log').scrollTop + document.querySelector('#log').clientHeight"
                        + " > document.querySelector('#log').scrollHeight - 60")
                .getAsBoolean());
        ZOE.assertContent();
    }

    private void enter(Visitor visitor, String name, String room) {
        visitor.open(server.uri("chat.html"));
        join(visitor, name, room);
    }

    static void join(Visitor visitor, String name, String room) {
        visitor.fill("#name", name);
        visitor.fill("#room", room);
        visitor.click("#enter");
        visitor.waitUntil("document.querySelector('#state.open')");
        visitor.waitForText("#title", "#" + room);
    }

    static void speak(Visitor visitor, String words) {
        visitor.fill("#text", words);
        visitor.click("#send");
    }
}
