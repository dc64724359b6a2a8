// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.Message;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Server-sent events (WHATWG HTML section 9.2). The id of an event is the cursor behind it. Text is its data as it
 * stands, JSON is compact and so on one line, and bytes are base64. Types are checked where a message is published; a
 * text cannot leave its {@code data} lines, so nobody can forge a field.
 */
public final class SseEncoding implements StreamEncoding {
    /** Of the fields around the data of a message, about. */
    private static final int FIELDS = 96;

    private static final JsonEncoding JSON = new JsonEncoding();
    /** Dispatched as such when an event has no type. */
    private static final String USUAL_TYPE = "message";

    private final boolean envelope;

    /**
     * One of the two forms of events.
     *
     * @param envelope whether the data of each event is the message as a JSON object, and no event has a type
     */
    public SseEncoding(boolean envelope) {
        this.envelope = envelope;
    }

    @Override
    public String contentType() {
        return "text/event-stream;charset=utf-8";
    }

    @Override
    public Chunks beginning(Cursor at, int retryMillis) {
        return new Chunks().add("retry: " + retryMillis + '\n' + (at == null ? "" : "id: " + at + '\n') + '\n');
    }

    @Override
    public Chunks messages(Batch batch) {
        Chunks chunks = new Chunks();
        if (batch.gap() != null) {
            chunks.add("event: gap\ndata: {\"why\":\"" + batch.gap().word() + "\"}\n\n");
        }
        Cursor end = batch.cursor();
        long last = -1;
        for (Message message : batch.messages()) {
            last = message.offset();
            add(chunks, new Cursor(end.epoch(), last, end.watch()), message);
        }
        // A block without data is not dispatched, but its id counts.
        return last == end.offset() ? chunks : chunks.add("id: " + end + "\n\n");
    }

    private void add(Chunks chunks, Cursor id, Message message) {
        String type = envelope || USUAL_TYPE.equals(message.type()) ? null : message.type();
        chunks.add("id: " + id + (type == null ? "" : "\nevent: " + type) + "\ndata: ");
        if (envelope) {
            byte[] json = message.json(JSON);
            chunks.add(json, 0, json.length);
        } else {
            data(chunks, message);
        }
        chunks.add("\n\n");
    }

    private static void data(Chunks chunks, Message message) {
        ContentType type = ContentType.parse(message.contentType());
        if (type.isText() && type.isUtf8()) {
            chunks.addLines(message.body());
            return;
        }
        if (type.isText()) {
            try {
                chunks.addLines(type.decode(message.body()).getBytes(StandardCharsets.UTF_8));
                return;
            } catch (CharacterCodingException | IllegalArgumentException e) {
                // What came in as text was checked; a store that lost the charset still has the bytes.
            }
        }
        byte[] json = message.json(JSON);
        int start = JsonEncoding.valueAt(json);
        int quote = type.isJson() ? 0 : 1;
        chunks.add(json, start + quote, json.length - 1 - quote);
    }

    @Override
    public Chunks heartbeat(Cursor moved) {
        return new Chunks().add(":\n" + (moved == null ? "" : "id: " + moved + '\n') + '\n');
    }

    @Override
    public Chunks end(String why, Cursor at, int retryMillis) {
        String id = at == null ? "" : "id: " + at + '\n';
        return new Chunks().add(": " + why + '\n' + id + "retry: " + retryMillis + "\n\n");
    }

    @Override
    public boolean survivesErrors() {
        return false;
    }

    @Override
    public int weight(Message message) {
        return envelope ? message.json(JSON).length + FIELDS : message.bytes() + FIELDS;
    }
}
