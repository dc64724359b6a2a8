// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The packaged server in a process of its own, which can be killed. It is for one thread at a time. */
public final class ChildServer implements AutoCloseable {
    private static final Path JAR = Path.of(System.getProperty("perch.jar", "target/perch.jar"));
    private static final Pattern SERVES = Pattern.compile("Perch serves on (https?://127\\.0\\.0\\.1:[0-9]+/)\\R");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final Process process;
    private URI uri;
    private Duration startup;

    private ChildServer(Path directory, List<String> options) throws IOException {
        this.directory = directory;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // A directory for what a killed process leaves behind, such as the native library that it had unpacked.
        command.add("-Djava.io.tmpdir=" + directory);
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-XX:-UsePerfData"));
        command.addAll(List.of("-jar", JAR.toString()));
        if (options.stream().noneMatch(option -> option.startsWith("--port"))) {
            command.add("--port=0");
        }
        command.addAll(options);
        process = new ProcessBuilder(command)
                .redirectOutput(output().toFile())
                .redirectError(log().toFile())
                .start();
    }

    /** Starts one with these options and returns when it serves. */
    public static ChildServer start(String... options) throws IOException {
        return launch(options).awaitServing();
    }

    /** Begins to start one; whether it will serve remains to be seen. */
    public static ChildServer launch(String... options) throws IOException {
        assumeTrue(Files.exists(JAR), "the jar is built");
        return new ChildServer(Files.createTempDirectory("perch-child-"), List.of(options));
    }

    /** Returns when it serves; fails with what it said when it ends instead. */
    public ChildServer awaitServing() {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !process.isAlive() || printed().endsWith("\n"));
        startup = process.info().totalCpuDuration().orElse(Duration.ZERO);
        Matcher line = SERVES.matcher(printed());
        if (!line.matches()) {
            throw new IllegalStateException("the server does not start: " + printed() + logged());
        }
        uri = URI.create(line.group(1));
        return this;
    }

    /** Returns true when it serves, false when it has ended instead. */
    public boolean serves() {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !process.isAlive() || printed().endsWith("\n"));
        return process.isAlive() && awaitServing() == this;
    }

    /** Where it serves, with a slash at the end. */
    public URI uri() {
        return uri;
    }

    /**
     * How long processors have worked on it until it printed the line that says where it serves; how long that took
     * depends on what else they had to do.
     */
    public Duration startup() {
        return startup;
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Everything it wrote to standard output. */
    public String printed() {
        return read(output());
    }

    /** Everything it wrote to standard error, which is its log. */
    public String logged() {
        return read(log());
    }

    /** Ends it as {@code kill -9} does, wherever it is. Returns when the process has gone. */
    public void kill() {
        process.destroyForcibly();
        exit();
    }

    /** Ends it with the signal that asks for it, and returns its exit status. */
    public int terminate() {
        process.toHandle().destroy();
        return exit();
    }

    /** Waits for its end and returns its exit status. */
    public int exit() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the server does not end: " + logged());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Kills it if it still lives, and clears away what it printed. */
    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path output() {
        return directory.resolve("stdout");
    }

    private Path log() {
        return directory.resolve("stderr");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
