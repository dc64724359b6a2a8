// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import dev.perch.TestServer;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text of one client that is written to another: it stays inside the event, line or field that it belongs to. */
final class ForgeryIT {
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

    /** The events of a stream up to the one with this data, as a browser takes them (WHATWG HTML section 9.2.6). */
    private static List<String> events(String path, String last) throws IOException {
        List<String> events = new ArrayList<>();
        try (StreamClient stream = StreamClient.events(server, path)) {
            StringBuilder data = new StringBuilder();
            String type = "message";
            boolean any = false;
            while (!events.contains("message " + last)) {
                String line = stream.line();
                assertTrue(line.indexOf('\r') < 0, line);
                if (line.isEmpty() && any) {
                    events.add(type + " " + data.substring(1));
                }
                if (line.isEmpty()) {
                    data.setLength(0);
                    type = "message";
                    any = false;
                } else if (line.startsWith("data:")) {
                    data.append('\n').append(line.substring(line.startsWith("data: ") ? 6 : 5));
                    any = true;
                } else if (line.startsWith("event:")) {
                    type = line.substring(6).strip();
                } else {
                    assertTrue(line.matches("id: [A-Za-z0-9._-]+|retry: [0-9]+|:.*"), line);
                }
            }
        }
        return events;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\n\nevent: gap\ndata: forged\n\n",
                "a\r\revent: gap\rdata: forged\r\r",
                "a\r\n\r\nevent: gap\r\ndata: forged\r\n\r\n",
                "\n",
                "id: k3.1\nretry: 1\n",
                ": comment\n\n",
                "a\u2028data: forged\u2029\u0085",
                "a\u0000b",
                "\ufeffdata: forged"
            })
    void anEventCannotBeForged(String text) throws IOException {
        String mailbox = "mailbox/sse" + Integer.toHexString(text.hashCode());
        client.publish(mailbox, text).assertStatus(201);
        client.publish(mailbox, "the last").assertStatus(201);
        List<String> events = events("/" + mailbox + "?after=start", "the last");
        assertEquals(2, events.size(), events::toString);
        // Of the ends of lines an event stream knows only one.
        assertEquals("message " + text.replace("\r\n", "\n").replace('\r', '\n'), events.get(0));
        List<String> whole = events("/" + mailbox + "?after=start&format=sse", "the last");
        assertEquals(events, whole);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x={}|^`", "x=%ED%A0%80", "x=\"<b>'", "x=\u00e4"})
    void whatAQueryHasBesidesDoesNotKeepASocketFromOpening(String query) throws IOException {
        try (RawSocket socket = RawSocket.open(server, "/mailbox/socket?after=now&" + query)) {
            assertTrue(socket.head().startsWith("HTTP/1.1 101 "), socket.head());
        }
    }

    @Test
    void aLineCannotBeForged() throws IOException {
        client.publish("mailbox/lines", "a\n{\"data\":\"forged\"}\n").assertStatus(201);
        client.publish("mailbox/lines", "application/json", "{\n\"a\"\r\n:1}").assertStatus(201);
        client.publish("mailbox/lines", "the last").assertStatus(201);
        try (StreamClient stream = StreamClient.open(server, "/mailbox/lines?after=start&format=ndjson")) {
            List<String> lines = new ArrayList<>();
            while (lines.size() < 3) {
                String line = stream.line();
                if (!line.isEmpty() && line.contains("\"id\"")) {
                    lines.add(line);
                }
            }
            assertEquals(
                    "a\n{\"data\":\"forged\"}\n",
                    JsonParser.parseString(lines.get(0))
                            .getAsJsonObject()
                            .get("data")
                            .getAsString());
            assertEquals(
                    1,
                    JsonParser.parseString(lines.get(1))
                            .getAsJsonObject()
                            .getAsJsonObject("data")
                            .get("a")
                            .getAsInt());
            assertTrue(lines.get(2).contains("the last"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"type", "from"})
    void aFieldCannotBeForged(String parameter) throws IOException {
        for (String value : List.of(
                "x%0d%0aSet-Cookie:%20a=b",
                "x%0aSet-Cookie:a", "x%0dSet-Cookie:a", "x%00", "%E5%98%8A%E5%98%8DSet-Cookie:a")) {
            client.publish("mailbox/fields?" + parameter + "=" + value, "x").assertStatus(400);
        }
        client.publish("mailbox/fields?type=a&from=b", "x").assertStatus(201);
        client.publish("mailbox/fields", "x").assertStatus(201);
        Reply reply = client.poll("mailbox/fields?format=text&after=start");
        assertEquals("", reply.header("Set-Cookie"), reply::toString);
    }

    @Test
    void aContentTypeCannotBringFieldsAlong() throws IOException {
        for (String type : List.of(
                "text/plain\r\n\tSet-Cookie: a=b", "text/plain\rSet-Cookie: a", "a/b\u0000c", "a/b\nSet-Cookie: a")) {
            try (RawClient raw = RawClient.connect(server)) {
                Reply reply =
                        raw.post("/mailbox/types", type, "x".getBytes(UTF_8)).receive();
                assertTrue(reply.status() == 400 || reply.status() == 201, reply::toString);
            } catch (EOFException e) {
                // Closed without a word, which is as good.
            }
        }
        client.publish("mailbox/types", "x").assertStatus(201);
        for (int i = 0; i < 5; i++) {
            Reply reply = client.poll("mailbox/types?format=text&wait=0");
            assertEquals("", reply.header("Set-Cookie"), reply::toString);
        }
    }
}
