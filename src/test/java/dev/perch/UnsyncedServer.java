// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.mailbox.Clocks;
import dev.perch.store.UnsyncedStore;
import picocli.CommandLine;

/**
 * The server as it is, but for one setting of its store: it does not wait until the medium has what was written. To see
 * whether a test would notice. Options as those of the real one.
 */
public final class UnsyncedServer {
    private UnsyncedServer() {}

    /** Runs until the process is told to stop. */
    public static void main(String[] args) throws Exception {
        Config config = new Config();
        new CommandLine(config).parseArgs(args);
        Clocks clocks = Clocks.system();
        PerchServer server = new PerchServer(
                config, clocks, threads -> UnsyncedStore.open(config.store.data, config.limits(), clocks, threads));
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.stop();
            Runtime.getRuntime().halt(0);
        }));
        System.out.println("Perch serves on " + server.uri());
    }
}
