// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Encoding;
import dev.perch.mailbox.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Messages and answers as JSON. */
public final class JsonEncoding implements Encoding {
    /** About as many characters as there are in the form of a message besides its own. */
    private static final int AROUND = 100;

    private static final byte[] COMMA = {','};
    private static final byte[] DATA = bytes(",\"data\":");
    private static final byte[] BASE64 = bytes(",\"base64\":");

    @Override
    public byte[] json(Message message) {
        return Json.object(AROUND + message.bytes(), object -> members(object, message))
                .getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The message as {@link #json} has it, with the queue in which it lies before all else: one line without its end.
     */
    public static String withQueue(Message message) {
        return Json.object(object -> {
            object.add("queue", message.queue().toString());
            members(object, message);
        });
    }

    private static void members(JsonObject object, Message message) throws IOException {
        object.add("id", message.id()).add("time", message.time());
        if (!message.queue().isMailbox()) {
            object.add("topic", message.queue().name());
        }
        object.add("type", message.type()).add("from", message.from()).add("reply", message.reply());
        ContentType type = ContentType.parse(message.contentType());
        try {
            if (type.isJson()) {
                object.addJson("data", Json.compact(type.decode(message.body())));
                return;
            }
            if (type.isText()) {
                object.add("data", type.decode(message.body()));
                return;
            }
        } catch (CharacterCodingException | IllegalArgumentException e) {
            // What came in as text was checked; a store that lost the charset still has the bytes.
        }
        object.add("contentType", message.contentType());
        object.add("base64", Base64.getEncoder().encodeToString(message.body()));
    }

    /** Where in the JSON form of a message its {@code data} or {@code base64} begins; it ends before the last brace. */
    static int valueAt(byte[] json) {
        for (int i = 0; ; i++) {
            // No string can hold this: a quote in it has a backslash before it.
            if (matches(json, i, DATA)) {
                return i + DATA.length;
            }
            if (matches(json, i, BASE64)) {
                return i + BASE64.length;
            }
        }
    }

    private static boolean matches(byte[] json, int at, byte[] member) {
        return Arrays.equals(json, at, Math.min(json.length, at + member.length), member, 0, member.length);
    }

    /** The pieces of the answer to a poll, to be sent one after the other; the messages' own bytes are shared. */
    public List<ByteBuffer> answer(Batch batch) {
        List<ByteBuffer> pieces = new ArrayList<>(2 * batch.messages().size() + 2);
        pieces.add(ascii("{\"cursor\":\"" + batch.cursor() + "\",\"messages\":["));
        for (int i = 0; i < batch.messages().size(); i++) {
            if (i > 0) {
                pieces.add(ByteBuffer.wrap(COMMA));
            }
            pieces.add(ByteBuffer.wrap(batch.messages().get(i).handedOut(this)));
        }
        String gap =
                batch.gap() == null ? "" : ",\"gap\":{\"why\":\"" + batch.gap().word() + "\"}";
        String end = batch.end() == null ? "" : ",\"ended\":\"" + batch.end().word() + '"';
        pieces.add(ascii("]" + gap + end + "}\n"));
        return pieces;
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
