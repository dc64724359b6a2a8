// SPDX-License-Identifier: Apache-2.0
package dev.perch.programs;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that runs beside the test, and what it prints. */
final class Program implements AutoCloseable {
    /** How long a program may take to do what it should, on a busy machine. */
    static final Duration SOON = Duration.ofSeconds(30);

    private static final long INSTALL_SECONDS = 120;

    private final Process process;
    private final Path output;

    private Program(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts it in that directory; standard error goes where standard output does. */
    static Program start(Path directory, String... command) throws IOException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("no_proxy", "*");
        return new Program(builder.start(), output);
    }

    /** Fetches packages of npm, each with its version, into that directory. */
    static void installFromNpm(Path directory, String... packages) throws IOException, InterruptedException {
        String[] command = new String[packages.length + 5];
        List<String> npm = List.of("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts");
        System.arraycopy(npm.toArray(), 0, command, 0, npm.size());
        System.arraycopy(packages, 0, command, npm.size(), packages.length);
        try (Program install = start(directory, command)) {
            install.process.waitFor(INSTALL_SECONDS, TimeUnit.SECONDS);
            assertEquals(0, install.process.exitValue(), install.printed());
        }
    }

    /** What it has printed as yet. */
    String printed() throws IOException {
        return Files.readString(output);
    }

    /** The lines that it has printed as yet which begin so, without that beginning. */
    List<String> lines(String begin) throws IOException {
        return printed()
                .lines()
                .filter(line -> line.startsWith(begin))
                .map(line -> line.substring(begin.length()))
                .toList();
    }

    /** Waits until it has printed that. */
    void awaitPrinted(String text) {
        await(text).atMost(SOON).until(() -> printed().contains(text));
    }

    /** Waits until it has ended; its exit status. */
    int awaitEnd() {
        await("the end").atMost(SOON).until(() -> !process.isAlive());
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
    }
}
