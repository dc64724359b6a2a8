// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.ChildServer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Thousands of connections that send a byte a second, or read nothing, come back when they are cut off, and keep nobody
 * else from being served. When that took long it is measured again: a machine that had something else to do is quick
 * the next time, and a server that suffers is not.
 */
@Tag("alone")
final class SlowlorisIT {
    private static final int SLOW_HEADERS = 5000;
    private static final int SLOW_BODIES = 2000;
    private static final int NEVER_READ = 2000;
    private static final int HONEST = 500;
    private static final long WARM_UP = TimeUnit.SECONDS.toNanos(2);
    private static final long QUIET = TimeUnit.SECONDS.toNanos(5);
    private static final long UNDER_ATTACK = TimeUnit.SECONDS.toNanos(10);
    private static final long BOUND = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int ATTEMPTS = 3;
    private static final int MESSAGES = 200;

    @Test
    void honestPollersAreServedWhileThousandsDribbleAndDoNotRead() throws Exception {
        try (ChildServer server = ChildServer.start(
                        "--memory",
                        "--store-bytes=67108864",
                        "--header-deadline=5",
                        "--body-deadline=5",
                        "--write-deadline=5");
                HonestPollers pollers = new HonestPollers(server.uri(), HONEST)) {
            fillTopic(server);
            pollers.p99(WARM_UP);
            long quiet = pollers.p99(QUIET);
            long bound = Math.max(5 * quiet, BOUND);
            long attacked = Long.MAX_VALUE;
            try (Horde horde = horde(server)) {
                await().atMost(Duration.ofSeconds(30)).until(() -> horde.connected() > 8500);
                for (int i = 0; i < ATTEMPTS && attacked > bound; i++) {
                    attacked = pollers.p99(UNDER_ATTACK);
                    System.out.printf(
                            "p99 undisturbed %d us, under attack %d us, connected %d, cut off %d%n",
                            quiet / 1000, attacked / 1000, horde.connected(), horde.cutOff());
                }
                await().atMost(Duration.ofSeconds(30)).until(() -> horde.connected() > 8500);
                assertTrue(closed(server, "perch_connections_closed_total{by=\"header-deadline\"}") > 0);
                assertTrue(closed(server, "perch_connections_closed_total{by=\"write-deadline\"}") > 0);
                assertTrue(closed(server, "perch_refusals_total{reason=\"body-too-slow\"}") > 0);
            }
            assertTrue(attacked <= bound, "p99 " + attacked / 1000 + " us, undisturbed " + quiet / 1000 + " us");
        }
    }

    private static void fillTopic(ChildServer server) throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            for (int i = 0; i < MESSAGES; i++) {
                raw.post("/topic/large", "text/plain", new byte[10_000])
                        .receive()
                        .assertStatus(201);
            }
        }
    }

    private static Horde horde(ChildServer server) {
        String body = RawClient.head("POST", "/mailbox/victim", "Content-Length: 100000") + "\r\n";
        String poll = RawClient.head("GET", "/topic/large?after=start&limit=1000") + "\r\n";
        String stream = RawClient.head("GET", "/topic/large?after=start&format=sse") + "\r\n";
        String page = RawClient.head("GET", "/index.js") + "\r\n";
        return new Horde(server.uri())
                .with(SLOW_HEADERS, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", "x")
                .with(SLOW_BODIES, body, "x")
                .with(NEVER_READ / 4, poll.repeat(10), "\r\n")
                .with(NEVER_READ / 2, stream, "\r\n")
                .with(NEVER_READ / 4, page.repeat(100), "\r\n")
                .start();
    }

    private static double closed(ChildServer server, String meter) throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            String metrics = raw.request("GET", "/metrics").receive().text();
            Matcher value =
                    Pattern.compile(Pattern.quote(meter) + " ([0-9.E]+)").matcher(metrics);
            return value.find() ? Double.parseDouble(value.group(1)) : 0;
        }
    }
}
