// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.perch.TestServer;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Streams of JSON lines. */
final class NdjsonIT {
    private static TestServer server;
    private static TestClient client;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        client = new TestClient(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aLineIsTheObjectThatAPollShows() throws IOException {
        try (StreamClient lines = StreamClient.open(server, "/mailbox/a?format=ndjson")) {
            assertEquals("application/x-ndjson", lines.header("Content-Type"));
            assertEquals("no", lines.header("X-Accel-Buffering"));
            client.publish("mailbox/a?type=said&from=bob", "two\nlines").assertStatus(201);
            client.publish("mailbox/a", "application/json", "{ \"n\": 1 }").assertStatus(201);
            client.publish("mailbox/a", "image/png", new byte[] {1}).assertStatus(201);
            for (JsonObject message : client.poll("mailbox/a?after=start").messages()) {
                assertEquals(message.toString(), lines.line());
            }
        }
    }

    @Test
    void itIsAskedForByAcceptAndGoesOnAfterACursor() throws IOException {
        client.publish("mailbox/b", "1");
        String one = client.poll("mailbox/b").cursor();
        client.publish("mailbox/b", "2");
        try (StreamClient lines =
                StreamClient.open(server, "/mailbox/b?after=" + one, "Accept: application/x-ndjson")) {
            assertEquals("2", data(lines.line()));
        }
        try (StreamClient lines = StreamClient.open(server, "/mailbox/b?after=k2.7", "Accept: application/ndjson")) {
            assertEquals("{\"gap\":{\"why\":\"epoch\"}}", lines.line());
            assertEquals("1", data(lines.line()));
        }
    }

    private static String data(String line) {
        return JsonParser.parseString(line).getAsJsonObject().get("data").getAsString();
    }

    @Test
    void theLastLineSaysWhyItEndsAndWhereToGoOn() throws IOException {
        try (StreamClient lines = StreamClient.open(server, "/mailbox/c?format=ndjson")) {
            client.awaitParked("mailbox/c", 1);
            client.remove("mailbox/c");
            String end = lines.line();
            assertTrue(end.matches("\\{\"cursor\":\"\\w+\\.\\d+\",\"ended\":\"deleted\"}"), end);
            assertNull(lines.line());
        }
    }

    @Test
    void aStreamHasToBeAskedForByName() {
        client.publish("mailbox/d", "x");
        for (String accept : new String[] {"*/*", "application/*", "text/html, */*;q=0.8", "application/json"}) {
            Reply reply = client.poll("mailbox/d?after=start", "Accept", accept).assertStatus(200);
            assertEquals("application/json", reply.header("Content-Type"), accept);
        }
        client.poll("mailbox/d?format=xml").assertProblem(400, "bad-parameter");
    }

    @Test
    void whatIsRefusedBeforeItBeginsHasAStatus() throws IOException {
        try (TestServer small = TestServer.start("--parked=1", "--mailboxes=1")) {
            try (StreamClient first = StreamClient.open(small, "/topic/t?format=ndjson");
                    StreamClient second = StreamClient.open(small, "/topic/t?format=ndjson")) {
                assertEquals(200, first.status());
                assertEquals(503, second.status());
                assertEquals("2", second.header("Retry-After"));
            }
        }
    }
}
