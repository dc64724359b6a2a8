// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A server in a process of its own, all of whose writes, syncs and answers strace records. */
final class RecordedServer implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private static final String UNCUT = "10000000";

    private final Process strace;
    private final URI uri;

    private RecordedServer(Process strace, URI uri) {
        this.strace = strace;
        this.uri = uri;
    }

    /** Lets the test that calls it be skipped when there is no strace, or fail where {@code CI=true}. */
    static void assumeInstalled() {
        boolean installed = Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "strace")));
        if (!installed && "true".equals(System.getenv("CI"))) {
            fail("strace is missing, and with CI=true no test may be skipped for it");
        }
        assumeTrue(installed, "strace is not installed, so the power is not cut");
    }

    /**
     * Starts a server.
     *
     * @param trace where strace writes
     * @param java what {@code java} is told: the class or the jar, and the server's own arguments
     */
    static RecordedServer start(Path trace, List<String> java) throws IOException {
        List<String> command = new ArrayList<>(List.of("strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", UNCUT));
        command.addAll(List.of("-e", "signal=none", "-e", "trace=" + DiskTrace.CALLS, "-o", trace.toString()));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(java);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        String line = out.readLine();
        if (line == null || !line.startsWith("Perch serves on ")) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new IllegalStateException("the recorded server does not start: " + line);
        }
        return new RecordedServer(process, URI.create(line.substring(line.indexOf("http"))));
    }

    /** Where it serves, with a slash at the end. */
    URI uri() {
        return uri;
    }

    /** Stops it with SIGTERM, and waits until the record is complete. */
    void stop() throws InterruptedException {
        strace.children().forEach(ProcessHandle::destroy);
        if (!strace.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || strace.exitValue() != 0) {
            throw new IllegalStateException("the recorded server did not end well");
        }
    }

    /** Kills what still runs. */
    @Override
    public void close() {
        strace.descendants().forEach(ProcessHandle::destroyForcibly);
        strace.destroyForcibly();
    }
}
