// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.mailbox.Clocks;
import java.net.URI;
import picocli.CommandLine;

/** A real server on a free port of this machine, in the process of the test. */
public final class TestServer implements AutoCloseable {
    private final PerchServer server;

    private TestServer(PerchServer server) {
        this.server = server;
    }

    /** A server with these options, as on the command line; {@code --port} is a free one unless it is given. */
    public static TestServer start(String... options) {
        return start(Clocks.system(), options);
    }

    /** A server that lives by these clocks. */
    public static TestServer start(Clocks clocks, String... options) {
        String[] all = new String[options.length + 1];
        all[0] = "--port=0";
        System.arraycopy(options, 0, all, 1, options.length);
        Config config = new Config();
        new CommandLine(config).setOverwrittenOptionsAllowed(true).parseArgs(all);
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

    /** Stops it as a signal would: everybody who waits is answered. */
    public void drain() {
        server.stop();
    }

    @Override
    public void close() {
        server.close();
    }
}
