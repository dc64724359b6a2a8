// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.perch.TestServer;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The WebSocket client that most programs for node use, fetched from npm. */
final class WsClientIT {
    private static final String CLIENT = "ws@8.23.0";
    private static final Path SCRIPT = Path.of("src/test/node/ws-client.js");
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    Path directory;

    @Test
    void theNpmClientUnderstandsTheServer() throws Exception {
        Assumptions.assumeTrue(installed("node") && installed("npm"), "node and npm are installed");
        Path script = directory.resolve("ws-client.js");
        Files.copy(SCRIPT, script);
        Outcome install = run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", CLIENT);
        assertEquals(0, install.status, install.printed);
        try (TestServer server = TestServer.start()) {
            Outcome outcome =
                    run("node", script.toString(), "ws://" + server.uri().getAuthority());
            assertEquals("all is well", outcome.printed.strip());
            assertEquals(0, outcome.status);
            await().atMost(Duration.ofSeconds(10)).until(() -> server.openSockets() == 0);
        }
    }

    private static boolean installed(String program) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(program, "--version")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            if ("true".equals(System.getenv("CI"))) {
                fail(program + " is not installed, so the client of npm is not tried");
            }
            return false;
        }
    }

    private record Outcome(int status, String printed) {}

    private Outcome run(String... command) throws IOException, InterruptedException {
        File printed = directory.resolve("printed").toFile();
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed)
                .start();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                fail("no end of " + String.join(" ", command));
            }
            return new Outcome(process.exitValue(), Files.readString(printed.toPath(), StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }
}
