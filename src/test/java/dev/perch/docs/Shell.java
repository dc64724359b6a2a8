// SPDX-License-Identifier: Apache-2.0
package dev.perch.docs;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/** Runs commands with bash in a directory of their own, as a reader of the documents would. */
public final class Shell {
    private static final long PATIENCE_SECONDS = 30;

    private final Path directory;

    /** In that directory, which is empty or was left by the commands before. */
    public Shell(Path directory) {
        this.directory = directory;
    }

    /**
     * What commands did.
     *
     * @param status their exit status
     * @param printed what they wrote to standard output
     * @param complaint what they wrote to standard error
     */
    public record Outcome(int status, String printed, String complaint) {}

    /** Lets the test that calls it be skipped when a program is missing, or fail where {@code CI=true}. */
    public static void assumeInstalled(String... programs) {
        for (String program : programs) {
            if (!has(program)) {
                String why = program + " is not installed";
                if ("true".equals(System.getenv("CI"))) {
                    fail(why);
                }
                Assumptions.abort(why);
            }
        }
    }

    private static boolean has(String program) {
        try {
            Process process = new ProcessBuilder(program, program.equals("openssl") ? "version" : "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs the commands to their end. */
    public Outcome run(String commands) throws IOException, InterruptedException {
        Process process = start(commands);
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("after " + PATIENCE_SECONDS + " s there is no end of:\n" + commands);
            }
            return new Outcome(process.exitValue(), printed(), Files.readString(errors()));
        } finally {
            stop(process);
        }
    }

    /** Runs commands that do not end, until they have printed so many lines. */
    Outcome runUntil(String commands, long lines) throws IOException {
        Process process = start(commands);
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                    .until(() -> printed().lines().count() >= lines);
            return new Outcome(0, printed(), Files.readString(errors()));
        } finally {
            stop(process);
        }
    }

    private Process start(String commands) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of("bash", "-c", commands))
                .directory(directory.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output().toFile())
                .redirectError(errors().toFile());
        builder.environment().put("CURL_HOME", directory.toString());
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("no_proxy", "*");
        return builder.start();
    }

    private static void stop(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private Path output() {
        return directory.resolve(".out");
    }

    private Path errors() {
        return directory.resolve(".err");
    }

    private String printed() throws IOException {
        return Files.readString(output(), StandardCharsets.UTF_8);
    }
}
