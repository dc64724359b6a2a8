// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.mailbox.Clocks;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;

/** A real server on a free port of this machine, in the process of the test. */
public final class TestServer implements AutoCloseable {
    private final PerchServer server;

    private TestServer(PerchServer server) {
        this.server = server;
    }

    /**
     * A server with these options, as on the command line; {@code --port} is a free one unless it is given. It keeps
     * messages in memory unless there is a {@code --data}.
     */
    public static TestServer start(String... options) {
        return start(Clocks.system(), options);
    }

    /** A server that lives by these clocks. */
    public static TestServer start(Clocks clocks, String... options) {
        List<String> all = new ArrayList<>(List.of("--port=0"));
        if (Arrays.stream(options).noneMatch(option -> option.startsWith("--data"))) {
            all.add("--memory");
        }
        all.addAll(List.of(options));
        Config config = new Config();
        new CommandLine(config).setOverwrittenOptionsAllowed(true).parseArgs(all.toArray(String[]::new));
        config.tls.password = TestCertificate.PASSWORD;
        PerchServer server = new PerchServer(config, clocks);
        try {
            server.start();
        } catch (Exception e) {
            server.close();
            throw new IllegalStateException("the server does not start", e);
        }
        return new TestServer(server);
    }

    /** Where it serves, with a slash at the end. */
    public URI uri() {
        return server.uri();
    }

    /** A place below it: {@code mailbox/alice?wait=0}. */
    public URI uri(String path) {
        return uri().resolve(path.startsWith("/") ? path : "/" + path);
    }

    /** How many polls are open. */
    public int openPolls() {
        return server.edge().openPolls();
    }

    /** How many streams are open. */
    public int openStreams() {
        return server.edge().openStreams();
    }

    /** How many sockets are open. */
    public int openSockets() {
        return server.edge().openSockets();
    }

    /** Stops it as a signal would: everybody who waits is answered. */
    public void drain() {
        server.stop();
    }

    @Override
    public void close() {
        server.close();
    }
}
