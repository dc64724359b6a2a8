// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.ChildServer;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Many clients send most of a large message and never the rest, to a server whose heap could not hold it all: some are
 * refused, and those who send little notice nothing.
 */
final class CrowdIT {
    private static final int CLIENTS = 400;
    private static final byte[] MOST = "x".repeat(200_000).getBytes(US_ASCII);
    private static final byte[] LARGEST = "x".repeat(262_144).getBytes(US_ASCII);
    private static final int TEXT_BEGINS = 0x01;
    private static final int PING = 0x89;
    private static final int PONG = 10;
    private static final int TRY_AGAIN_LATER = 1013;

    private static ChildServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ChildServer.start("--memory", "--body-deadline=60");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void bodiesTakeNoMoreOfTheHeapThanTheyMay() throws IOException {
        List<RawClient> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                crowd.add(RawClient.connect(server));
                begin(crowd.get(i));
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> metrics().contains("reason=\"too-many-bodies\""));
            assertEquals(201, publish("a little".getBytes(US_ASCII)));
        } finally {
            leave(crowd);
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> publish(LARGEST) == 201);
    }

    private static void begin(RawClient client) throws IOException {
        try {
            String[] fields = {"Content-Type: text/plain", "Content-Length: " + LARGEST.length};
            client.send(RawClient.head("POST", "/mailbox/crowd", fields) + "\r\n")
                    .send(MOST);
        } catch (SocketException e) {
            // It was refused before it had sent all.
        }
    }

    @Test
    void messagesOfSocketsTakeNoMoreOfTheHeapThanTheyMay() throws IOException {
        List<RawClient> crowd = new ArrayList<>();
        int refused = 0;
        try {
            for (int i = 0; i < CLIENTS; i++) {
                crowd.add(RawClient.connect(server));
                RawSocket socket = RawSocket.open(crowd.get(i), "/mailbox/s" + i + "?to=mailbox/crowd");
                refused += isRefused(socket) ? 1 : 0;
            }
            assertTrue(refused > 0 && refused < CLIENTS, refused + " refused");
            assertEquals(201, publish("a little".getBytes(US_ASCII)));
        } finally {
            leave(crowd);
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> publish(LARGEST) == 201);
    }

    private static boolean isRefused(RawSocket socket) throws IOException {
        try {
            RawSocket.Frame answer =
                    socket.send(TEXT_BEGINS, MOST).send(PING, new byte[0]).receive();
            assertTrue(answer.opcode() == PONG || answer.closeCode() == TRY_AGAIN_LATER, answer.text());
            return answer.opcode() != PONG;
        } catch (SocketException e) {
            // It was closed before it had sent all.
            return true;
        }
    }

    private static void leave(List<RawClient> crowd) throws IOException {
        for (RawClient client : crowd) {
            client.reset();
        }
    }

    private static int publish(byte[] body) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            return client.post("/topic/large", "text/plain", body).receive().status();
        }
    }

    private static String metrics() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            return client.request("GET", "/metrics").receive().text();
        }
    }
}
