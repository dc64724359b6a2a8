// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static dev.perch.browser.ChatIT.join;
import static dev.perch.browser.ChatIT.speak;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.perch.TestServer;
import dev.perch.access.Issuer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The chat when something is refused or out of reach. */
final class ChatTroubleIT {
    @RegisterExtension
    static final Visitor ZOE = new Visitor();

    @RegisterExtension
    static final Visitor BOB = new Visitor();

    private TestServer server = TestServer.start("--presence");

    @AfterEach
    void stopTheServer() {
        ZOE.leave();
        BOB.leave();
        server.close();
    }

    @Test
    void whatATokenDoesNotAllowIsSaidAndTheRestGoesOn(@TempDir Path directory) {
        server.close();
        server = TestServer.start("--presence", Issuer.option(directory));
        String token = Issuer.known()
                .read("mailbox/chat:lobby:Zoe", "topic/room.lobby")
                .write("mailbox/alice")
                .token();
        ZOE.open(server.uri("chat.html?access_token=" + token));
        join(ZOE, "Zoe", "lobby");
        ZOE.waitForPart("#hint:not(.gone)", "your token does not allow it");
        speak(ZOE, "hello");
        ZOE.waitForPart(".line.failed .words", "hello");
        ZOE.waitForPart("#error", "The token does not allow it: ");
        ZOE.open(server.uri("chat.html"));
        ZOE.fill("#name", "Zoe");
        ZOE.click("#enter");
        ZOE.waitForPart("#error", "This server asks for a token. Open the page with ?access_token=");
    }

    @Test
    void aLineThatWasRefusedCanBeSentAgain() {
        enter(BOB, "Bob", "lobby");
        enter(ZOE, "Zoë", "lobby");
        ZOE.refuseWhatIsSent();
        speak(ZOE, "hello");
        for (int i = 0; i < 2; i++) {
            ZOE.waitForPart(".line.failed .again", "Send again");
            ZOE.waitForPart("#error", "A parameter is not valid: ");
            ZOE.click(".again");
        }
        ZOE.waitForPart(".line.failed .again", "Send again");
        ZOE.evaluate("sent = null");
        ZOE.click(".again");
        BOB.waitForAny(".words", "hello");
        ZOE.waitUntil("!document.querySelector('.failed, .unsent, .again')");
        assertEquals(List.of("hello"), ZOE.texts(".words"));
        assertEquals("", ZOE.text("#error"));
    }

    /** Nobody knows, when the answer to it was lost for long: it is not shown as unsent beside those who read it. */
    @Test
    void aLineThatComesBackAfterAllHasNotFailed() throws Exception {
        enter(ZOE, "Zoë", "lobby");
        ZOE.refuseWhatIsSent();
        speak(ZOE, "hello");
        ZOE.waitForPart(".line.failed .again", "Send again");
        String said = ZOE.evaluate("sent").getAsString();
        new Backend(server).publish("topic/room.lobby", "application/json", said);
        ZOE.waitUntil("!document.querySelector('.failed, .again')");
        assertEquals(List.of("hello"), ZOE.texts(".words"));
    }

    @Test
    void aServerThatDoesNotTellWhoIsOnlineIsGoodForTalking() {
        server.close();
        server = TestServer.start();
        enter(ZOE, "Zoë", "lobby");
        ZOE.waitForPart("#hint:not(.gone)", "--presence");
        enter(BOB, "Bob", "lobby");
        speak(BOB, "still here");
        ZOE.waitForAny(".words", "still here");
    }

    @Test
    void whatIsSaidWhileTheServerIsAwayComesLater() {
        int port = server.uri().getPort();
        enter(ZOE, "Zoë", "lobby");
        server.close();
        ZOE.waitUntil("!document.querySelector('#state.open')");
        speak(ZOE, "are you there?");
        assertEquals(1, ZOE.texts(".unsent").size());
        server = TestServer.start("--presence", "--port=" + port);
        ZOE.waitUntil("!document.querySelector('.unsent')");
        enter(BOB, "Bob", "lobby");
        BOB.waitForAny(".words", "are you there?");
    }

    @Test
    void whatIsGoneAfterARestartIsSaidAndNothingElse(@TempDir Path directory) throws Exception {
        String port = "--port=" + server.uri().getPort();
        String[] options = {"--presence", "--topic-messages=3", "--data=" + directory.resolve("data")};
        String[] again = {options[0], options[1], options[2], port};
        server.close();
        server = TestServer.start(again);
        enter(ZOE, "Zoë", "lobby");
        speak(ZOE, "before");
        ZOE.waitUntil("!document.querySelector('.unsent')");
        server.close();
        speak(ZOE, "meanwhile");
        server = TestServer.start(again);
        ZOE.waitUntil("!document.querySelector('.unsent')");
        ZOE.waitForAny(".person", "Zoë (you)");
        assertEquals(List.of(), ZOE.texts(".note"));
        server.close();
        server = TestServer.start(options);
        for (String words : List.of("one", "two", "three", "four")) {
            new Backend(server).publish("topic/room.lobby", "text/plain", words);
        }
        server.close();
        server = TestServer.start(again);
        ZOE.waitForAny(".words", "four");
        ZOE.waitForAny(".note", "Some of what was said is gone.");
        assertEquals(1, ZOE.texts(".note").size());
    }

    private void enter(Visitor visitor, String name, String room) {
        visitor.open(server.uri("chat.html"));
        join(visitor, name, room);
    }
}
