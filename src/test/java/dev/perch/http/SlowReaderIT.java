// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Readers that take a byte a second: what they do not take must not lie in memory once for each of them. */
final class SlowReaderIT {
    private static final int READERS = 100;
    private static final long BOUND = 40L * 1024 * 1024;

    @Test
    void ahundredOfThemOfAFullMailboxCostLittleMemoryAndHinderNobody() throws IOException {
        try (TestServer server = TestServer.start()) {
            TestClient client = new TestClient(server);
            for (int i = 0; i < 1000; i++) {
                client.publish("mailbox/full", "x".repeat(4000)).assertStatus(201);
            }
            String after = "start";
            for (int i = 0; i < 4; i++) {
                after = client.poll("mailbox/full?limit=1000&after=" + after).cursor();
            }
            long before = memory();
            List<RawClient> slow = new ArrayList<>();
            try {
                for (int i = 0; i < READERS; i++) {
                    RawClient raw = RawClient.connect(server.uri(), 2048);
                    slow.add(raw);
                    raw.request("GET", "/mailbox/full?limit=1000&after=start");
                }
                for (int second = 0; second < 3; second++) {
                    for (RawClient raw : slow) {
                        assertTrue(raw.read() >= 0);
                    }
                    client.publish("mailbox/other", "m" + second).assertStatus(201);
                    assertEquals(
                            List.of("m" + second), client.poll("mailbox/other").data());
                    await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
                }
                long grown = memory() - before;
                assertTrue(grown < BOUND, () -> "grown by " + grown / 1024 + " KiB");
            } finally {
                for (RawClient raw : slow) {
                    raw.reset();
                }
            }
            await().atMost(Duration.ofSeconds(10)).until(() -> server.openPolls() == 0);
            client.poll("health/ready").assertStatus(200);
        }
    }

    /** What lives on the heap and beside it, in bytes. */
    private static long memory() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() + direct;
    }
}
