// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.ChildServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many threads the server takes has nothing to do with how many clients it has. */
final class ThreadsIT {
    private static final int CLIENTS = 1000;
    /** The pool's own idea of how many it should always have, and a few for what happens at the same time. */
    private static final int A_FEW = 24;

    @Test
    void crowdThatComesWaitsAndGoesTakesNoThreadForEach() throws IOException {
        try (ChildServer server = ChildServer.start("--memory")) {
            long before = meter(server, "jvm_threads_live_threads");
            List<RawClient> crowd = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                crowd.add(RawClient.connect(server));
                crowd.get(i).request("GET", "/mailbox/c" + i + "?wait=120");
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> meter(server, "perch_connections") > CLIENTS);
            for (RawClient client : crowd) {
                client.close();
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> meter(server, "perch_connections") < CLIENTS / 2);
            long most = meter(server, "jvm_threads_peak_threads");
            assertTrue(most <= before + A_FEW, before + " threads, and then " + most);
        }
    }

    private static long meter(ChildServer server, String name) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            return client.request("GET", "/metrics")
                    .receive()
                    .text()
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("there is no " + name));
        }
    }
}
