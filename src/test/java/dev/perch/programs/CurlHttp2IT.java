// SPDX-License-Identifier: Apache-2.0
package dev.perch.programs;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import dev.perch.docs.Shell;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** curl over HTTP/2 without encryption, as a proxy would speak to the server. */
final class CurlHttp2IT {
    private static final String CURL = "curl -sS --http2-prior-knowledge ";

    @TempDir
    Path directory;

    private TestServer perch;

    @BeforeEach
    void start() {
        Shell.assumeInstalled("curl");
        perch = TestServer.start();
    }

    @AfterEach
    void stop() {
        if (perch != null) {
            perch.close();
        }
    }

    @Test
    void publishesAndPolls() throws Exception {
        String status = "-w ' %{http_version} %{http_code}' ";
        String published = run(CURL + status + "-d hello " + perch.uri("mailbox/ann"));
        assertTrue(published.endsWith(" 2 201"), published);
        String polled = run(CURL + status + perch.uri("mailbox/ann"));
        assertTrue(polled.contains("\"data\":\"hello\"") && polled.endsWith(" 2 200"), polled);
        String empty = run(CURL + status + "-H 'Accept: text/plain' '" + perch.uri("mailbox/ann?wait=0") + "'");
        assertEquals(" 2 204", empty);
    }

    @Test
    void aPollIsWokenAndOneThatGoesAwayIsNoticed() throws Exception {
        try (Program poll = curl(perch.uri("mailbox/ann?after=start").toString())) {
            await().atMost(Program.SOON).until(() -> perch.openPolls() == 1);
            new Messages(perch.uri("mailbox/ann")).publish();
            poll.awaitPrinted("{\"message\":\"m0\"}");
        }
        try (Program poll = curl(perch.uri("mailbox/bob").toString())) {
            await().atMost(Program.SOON).until(() -> perch.openPolls() == 1);
            assertTrue(poll.isAlive(), poll.printed());
        }
        await().atMost(Program.SOON).until(() -> perch.openPolls() == 0);
    }

    @Test
    void aStreamGivesEachMessageAsItComes() throws Exception {
        String place = perch.uri("topic/news").toString();
        try (Program stream = curl("-N", "-H", "Accept: text/event-stream", place)) {
            stream.awaitPrinted("retry: ");
            Messages messages = new Messages(perch.uri("topic/news"));
            for (int i = 0; i < 20; i++) {
                stream.awaitPrinted("data: {\"message\":\"" + messages.publish() + "\"}\n\n");
            }
            assertEquals(20, stream.lines("data: ").size());
            assertEquals(1, perch.openStreams());
        }
        await().atMost(Program.SOON).until(() -> perch.openStreams() == 0);
    }

    private Program curl(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 3];
        System.arraycopy(List.of("curl", "-sS", "--http2-prior-knowledge").toArray(), 0, command, 0, 3);
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        return Program.start(directory, command);
    }

    private String run(String command) throws Exception {
        Shell.Outcome outcome = new Shell(directory).run(command);
        assertEquals(0, outcome.status(), outcome.complaint());
        return outcome.printed();
    }
}
