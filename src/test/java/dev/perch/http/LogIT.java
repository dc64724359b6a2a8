// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.ChildServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that misbehave do not get into the log of the server, which they could fill. */
final class LogIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int ROUNDS = 10;
    private static final int STREAMS = 40;

    @Test
    void clientsThatLeaveWhileTheirStreamsEndAreNotLogged() throws Exception {
        try (ChildServer server = ChildServer.start("--memory", "--mailbox-parked=" + STREAMS)) {
            for (int round = 0; round < ROUNDS; round++) {
                List<RawClient> streams = new ArrayList<>();
                for (int i = 0; i < STREAMS; i++) {
                    RawClient stream = RawClient.connect(server);
                    streams.add(stream.request("GET", "/mailbox/a", "Accept: text/event-stream"));
                }
                try (RawClient other = RawClient.connect(server)) {
                    await().atMost(SOON).until(() -> other.request("GET", "/metrics")
                            .receive()
                            .text()
                            .contains("kind=\"stream\"} " + STREAMS + ".0"));
                    other.request("DELETE", "/mailbox/a");
                    for (RawClient stream : streams) {
                        stream.reset();
                    }
                    other.receive().assertStatus(204);
                }
            }
            assertEquals(0, server.terminate());
            assertEquals(
                    List.of(),
                    server.logged()
                            .lines()
                            .filter(line -> line.contains("WARN") || line.contains("ERROR"))
                            .toList());
        }
    }

    @Test
    void whatIsNoHostNoHeaderAndNoTagIsNotLogged() throws Exception {
        try (ChildServer server = ChildServer.start("--memory")) {
            for (String lines : List.of(
                    "Host: [localhost",
                    "Host: localhost:x",
                    "Host:\r\nHost: localhost",
                    "Host: localhost\r\nIf-None-Match: a=b; c=\"",
                    "Host: localhost\r\nRange: bytes=x-",
                    "Host: localhost\r\nContent-Length: x")) {
                try (RawClient raw = RawClient.connect(server)) {
                    int status = raw.send("GET /index.html HTTP/1.1\r\n" + lines + "\r\nConnection: close\r\n\r\n")
                            .receive()
                            .status();
                    assertTrue(status < 500, lines);
                }
            }
            assertEquals(0, server.terminate());
            assertEquals(
                    List.of(),
                    server.logged()
                            .lines()
                            .filter(line -> line.contains("WARN") || line.contains("ERROR"))
                            .toList());
        }
    }
}
