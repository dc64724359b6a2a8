// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Gap;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.QueueName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class JsonEncodingTest {
    private final JsonEncoding encoding = new JsonEncoding();
    private final LongAdder encodedBytes = new LongAdder();

    private Message message(QueueName queue, String contentType, byte[] body) {
        Draft draft = new Draft(contentType, body, "greeting", "bob", null, "/reply/1", 0);
        return new Message(queue, "k3", 42, 1_760_000_000_000L, Long.MAX_VALUE, draft, encodedBytes);
    }

    private String json(String contentType, byte[] body) {
        return new String(
                message(QueueName.mailbox("alice"), contentType, body).json(encoding), StandardCharsets.UTF_8);
    }

    @Test
    void textIsAString() {
        assertEquals(
                "{\"id\":\"k3.42\",\"time\":1760000000000,\"type\":\"greeting\",\"from\":\"bob\",\"reply\":\"/reply/1\","
                        + "\"data\":\"a \\\"b\\\"\\n<é>\"}",
                json("text/plain;charset=utf-8", "a \"b\"\n<é>".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void textInAnotherCharsetIsTranslated() {
        String json = json("text/plain; charset=ISO-8859-1", new byte[] {(byte) 0xe9});
        assertEquals(
                "é", JsonParser.parseString(json).getAsJsonObject().get("data").getAsString());
    }

    @Test
    void jsonStaysJsonOnOneLine() {
        String json = json("application/json", "{\n \"n\" : 1.50 }".getBytes(StandardCharsets.UTF_8));
        assertEquals("{\"n\":1.50}", json.substring(json.indexOf("\"data\":") + 7, json.length() - 1));
    }

    @Test
    void bytesAreBase64WithTheirContentType() {
        var object = JsonParser.parseString(json("image/png", new byte[] {0, 1, (byte) 0xff}))
                .getAsJsonObject();
        assertEquals("image/png", object.get("contentType").getAsString());
        assertEquals("AAH/", object.get("base64").getAsString());
    }

    @Test
    void theFormIsMadeOnceAndCountedUntilTheMessageIsDropped() {
        Message message = message(QueueName.topic("news"), "text/plain", new byte[] {'x'});
        byte[] first = message.json(encoding);
        assertSame(first, message.json(encoding));
        assertEquals(first.length, encodedBytes.sum());
        message.dropped();
        assertEquals(0, encodedBytes.sum());
        assertEquals(
                new String(first, StandardCharsets.UTF_8), new String(message.json(encoding), StandardCharsets.UTF_8));
        assertEquals(0, encodedBytes.sum());
    }

    @Test
    void inAMailboxTheFormIsKeptFromTheSecondReaderOn() {
        Message message = message(QueueName.mailbox("alice"), "text/plain", new byte[] {'x'});
        byte[] first = message.handedOut(encoding);
        assertEquals(0, encodedBytes.sum());
        byte[] second = message.handedOut(encoding);
        assertArrayEquals(first, second);
        assertEquals(second.length, encodedBytes.sum());
        assertSame(second, message.handedOut(encoding));
        message.dropped();
        assertArrayEquals(first, message.handedOut(encoding));
        assertEquals(0, encodedBytes.sum());
    }

    @Test
    void noFormIsLongerThanIsSaid() {
        for (String text :
                List.of("", "x", "\u0001".repeat(999), "\n".repeat(999), "\"".repeat(999), "\u2028".repeat(999))) {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            for (String contentType : List.of("text/plain", "image/png;" + "\"".repeat(999))) {
                String word = "\u007f".repeat(64);
                Draft draft = new Draft(contentType, body, word, word, null, "/reply/" + word, 0);
                QueueName topic = QueueName.topic("n".repeat(128));
                Message message =
                        new Message(topic, "e".repeat(32), Long.MAX_VALUE, 1L << 42, 1L << 43, draft, encodedBytes);
                for (StreamEncoding view :
                        List.of(new NdjsonEncoding(), new SseEncoding(false), new SseEncoding(true))) {
                    assertTrue(view.weight(message) <= message.longest(), text + contentType);
                }
                assertTrue(message.json(encoding).length <= message.longest(), text + contentType);
            }
        }
    }

    @Test
    void anAnswerHasCursorMessagesGapAndEnd() {
        Cursor cursor = new Cursor("k3", 42, true);
        assertEquals(
                "{\"cursor\":\"k3.42-w\",\"messages\":[],\"gap\":{\"why\":\"epoch\"},\"ended\":\"wait\"}\n",
                whole(new Batch(List.of(), cursor, Gap.EPOCH, End.WAIT)));
        Message message = message(QueueName.topic("news"), "text/plain", new byte[] {'x'});
        var answer = JsonParser.parseString(whole(new Batch(List.of(message, message), cursor, null, null)))
                .getAsJsonObject();
        assertEquals(2, answer.getAsJsonArray("messages").size());
        assertEquals(
                "news",
                answer.getAsJsonArray("messages")
                        .get(1)
                        .getAsJsonObject()
                        .get("topic")
                        .getAsString());
    }

    private String whole(Batch batch) {
        StringBuilder text = new StringBuilder();
        for (ByteBuffer piece : encoding.answer(batch)) {
            text.append(StandardCharsets.UTF_8.decode(piece));
        }
        return text.toString();
    }
}
