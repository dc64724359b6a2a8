// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import static org.awaitility.Awaitility.await;

import dev.perch.ChildServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Lets system calls of a running process fail, as long as this is open. */
final class Strace implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final Path said;

    private Strace(Process process, Path said) {
        this.process = process;
        this.said = said;
    }

    /** Lets the test that calls it be skipped when there is no strace, or fail where {@code CI=true}. */
    static void assumeInstalled() {
        Machine.assume(Machine.complaint("strace", "--version"));
    }

    /**
     * Begins to attach to a server.
     *
     * @param calls system calls, separated by commas
     * @param fault what strace calls an injection: {@code error=EIO:when=1}; counted apart for each thread
     */
    static Strace start(ChildServer server, Path directory, String calls, String fault) throws IOException {
        Path said = Files.createTempFile(directory, "strace", ".txt");
        Process process = new ProcessBuilder(
                        "strace",
                        "-f",
                        "-o",
                        "/dev/null",
                        "-e",
                        "trace=" + calls,
                        "-e",
                        "inject=" + calls + ":" + fault,
                        "-p",
                        Long.toString(server.pid()))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        return new Strace(process, said);
    }

    /** Returns when the calls fail; where it is not allowed to attach the test is skipped. */
    void awaitAttached() throws IOException {
        await().atMost(PATIENCE)
                .until(() -> !process.isAlive() || Files.readString(said).contains(" attached"));
        if (!process.isAlive()) {
            Machine.assume(Files.readString(said));
        }
    }

    /** The process goes on without faults. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("strace does not end");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
