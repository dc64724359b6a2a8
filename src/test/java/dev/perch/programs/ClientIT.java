// SPDX-License-Identifier: Apache-2.0
package dev.perch.programs;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import dev.perch.docs.Shell;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that were written for other servers lose nothing and get nothing twice, whatever ends their requests. */
final class ClientIT {
    private static final Path SCRIPT = Path.of("src/test/node/event-source.js");
    private static final Path PYTHON = Path.of("src/test/python/longpoll.py");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"eventsource@3.0.7", "event-source-polyfill@1.0.31"})
    void anEventSourceOfNpmGoesOnWhereItWas(String client) throws Exception {
        Shell.assumeInstalled("node", "npm");
        Program.installFromNpm(directory, client);
        Files.copy(SCRIPT, directory.resolve("event-source.js"));
        String name = client.substring(0, client.indexOf('@'));
        TestServer perch = start("--port=0");
        URI place = perch.uri("mailbox/ann");
        Messages messages = new Messages(place);
        try (Program program =
                Program.start(directory, "node", "event-source.js", name, place + "?format=sse&after=start")) {
            // Its stream is over after a second, and again.
            while (program.lines("open").size() < 4) {
                program.awaitPrinted("message " + messages.publish());
            }
            perch.drain();
            perch = start("--port=" + place.getPort());
            for (int i = 0; i < 10; i++) {
                messages.publish();
            }
            awaitAll(program, messages);
        } finally {
            perch.close();
        }
    }

    @Test
    void aLoopInPythonGoesOnWhereItWas() throws Exception {
        Shell.assumeInstalled("python3");
        String script = PYTHON.toAbsolutePath().toString();
        TestServer perch = start("--port=0");
        URI place = perch.uri("mailbox/ann");
        Messages messages = new Messages(place);
        String port = Integer.toString(place.getPort());
        try (Program program = Program.start(directory, "python3", script, place.getHost(), port, place.getPath())) {
            for (int i = 0; i < 20; i++) {
                program.awaitPrinted("message " + messages.publish());
            }
            perch.drain();
            perch = start("--port=" + port);
            for (int i = 0; i < 10; i++) {
                messages.publish();
            }
            awaitAll(program, messages);
        } finally {
            perch.close();
        }
    }

    /** On disk, so that the next one goes on with the same messages. */
    private TestServer start(String port) {
        return TestServer.start(port, "--data=" + directory.resolve("data"), "--stream-life=1");
    }

    private static void awaitAll(Program program, Messages messages) throws IOException {
        await().atMost(Program.SOON)
                .until(() ->
                        program.lines("message ").size() >= messages.published().size());
        assertEquals(messages.published(), program.lines("message "));
        assertEquals(List.of(), program.lines("gap"));
        assertTrue(program.isAlive(), program.printed());
    }
}
