// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.End;
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
    private final int beatSeconds;

    /**
     * One of the forms of events in which the data is what was published, or all of it is the message as an object.
     *
     * @param envelope whether the data of each event is the message as a JSON object, and no event has a type
     */
    public SseEncoding(boolean envelope) {
        this(envelope, 0);
    }

    private SseEncoding(boolean envelope, int beatSeconds) {
        this.envelope = envelope;
        this.beatSeconds = beatSeconds;
    }

    /**
     * Envelopes, and as data as well whatever else there is: a page that uses EventSource sees no comments and no
     * {@code retry}, and so cannot tell a silent stream from a dead one, or an end from a broken connection.
     *
     * @param beatSeconds how long it is between two heartbeats, in seconds
     */
    public static SseEncoding beating(int beatSeconds) {
        return new SseEncoding(true, beatSeconds);
    }

    private boolean beats() {
        return beatSeconds > 0;
    }

    @Override
    public String contentType() {
        return "text/event-stream;charset=utf-8";
    }

    @Override
    public Chunks beginning(Cursor at, int retryMillis) {
        String id = at == null ? "" : "id: " + at + '\n';
        return new Chunks().add("retry: " + retryMillis + '\n' + id + (beats() ? beat(at) : "") + '\n');
    }

    @Override
    public Chunks messages(Batch batch) {
        Chunks chunks = new Chunks();
        if (batch.gap() != null) {
            chunks.add(gap(batch));
        }
        Cursor end = batch.cursor();
        long last = -1;
        for (Message message : batch.messages()) {
            last = message.offset();
            add(chunks, new Cursor(end.epoch(), last, end.watch()), message);
        }
        // A block without data is not dispatched, but its id counts.
        if (last == end.offset()) {
            return chunks;
        }
        return chunks.add("id: " + end + '\n' + (beats() ? beat(end) : "") + '\n');
    }

    private String gap(Batch batch) {
        if (!beats()) {
            return "event: gap\ndata: {\"why\":\"" + batch.gap().word() + "\"}\n\n";
        }
        String cursor = batch.beforeMessages().toString();
        return data(Json.object(object -> object.add(
                                "gap", gap -> gap.add("why", batch.gap().word()))
                        .add("cursor", cursor)))
                + '\n';
    }

    private String beat(Cursor at) {
        return data(Json.object(object -> object.add("beat", beatSeconds).add("cursor", text(at))));
    }

    private static String data(String json) {
        return "data: " + json + '\n';
    }

    private void add(Chunks chunks, Cursor id, Message message) {
        String type = envelope || USUAL_TYPE.equals(message.type()) ? null : message.type();
        chunks.add("id: " + id + (type == null ? "" : "\nevent: " + type) + "\ndata: ");
        if (envelope) {
            byte[] json = message.handedOut(JSON);
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
        byte[] json = message.handedOut(JSON);
        int start = JsonEncoding.valueAt(json);
        int quote = type.isJson() ? 0 : 1;
        chunks.add(json, start + quote, json.length - 1 - quote);
    }

    @Override
    public Chunks heartbeat(Cursor moved) {
        String id = moved == null ? "" : "id: " + moved + '\n';
        return new Chunks().add((beats() ? beat(moved) : ":\n") + id + '\n');
    }

    @Override
    public Chunks end(String why, Cursor at, int retryMillis) {
        String id = at == null ? "" : "id: " + at + '\n';
        String word = beats()
                ? data(Json.object(object ->
                        object.add("ended", why).add("retry", retryMillis).add("cursor", text(at))))
                : told(why);
        return new Chunks().add(word + id + "retry: " + retryMillis + "\n\n");
    }

    /** A comment; but a page has to see that to come back does not help, since it must get another token. */
    private static String told(String why) {
        return ": " + why + '\n' + (why.equals(End.TOKEN.word()) ? "event: ended\ndata: {\"ended\":\"token\"}\n" : "");
    }

    private static String text(Cursor at) {
        return at == null ? null : at.toString();
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
