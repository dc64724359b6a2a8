// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import dev.perch.format.ContentType;
import dev.perch.format.Json;
import dev.perch.format.JsonEncoding;
import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.Portion;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;

/** How messages look in frames. */
enum Dialect {
    /** One JSON object a text frame, in both directions. */
    JSON {
        @Override
        int weight(Message message) {
            return message.json(ENCODING).length;
        }

        @Override
        Frame show(Message message) {
            return new Frame(OpCode.TEXT, ByteBuffer.wrap(message.handedOut(ENCODING)));
        }

        @Override
        Frame gap(Batch batch) {
            String cursor = batch.beforeMessages().toString();
            return text(Json.object(object ->
                    object.add("gap", gap -> gap.add("why", batch.gap().word())).add("cursor", cursor)));
        }

        @Override
        Frame ended(End end) {
            return text(Json.object(object -> object.add("ended", end.word())));
        }
    },

    /** The bodies alone: text and JSON in text frames, bytes in binary ones. */
    RAW {
        @Override
        int weight(Message message) {
            return message.bytes();
        }

        @Override
        Frame show(Message message) {
            ContentType type = ContentType.parse(message.contentType());
            if (type.isText() || type.isJson()) {
                try {
                    return text(type.decode(message.body()));
                } catch (CharacterCodingException | IllegalArgumentException e) {
                    // What came in as text was checked; a store that lost the charset still has the bytes.
                }
            }
            return new Frame(OpCode.BINARY, ByteBuffer.wrap(message.body()));
        }

        @Override
        Frame gap(Batch batch) {
            return null;
        }

        @Override
        Frame ended(End end) {
            return null;
        }
    };

    /** What one look of a socket may bring, so that a slow one does not hold much that the store has dropped. */
    private static final int MESSAGES = 32;

    private static final long BYTES = 64 * 1024;
    private static final JsonEncoding ENCODING = new JsonEncoding();

    private static final Map<Dialect, Portion> PORTIONS =
            Map.of(JSON, new Portion(MESSAGES, BYTES, JSON::weight), RAW, new Portion(MESSAGES, BYTES, RAW::weight));

    /** How much a socket reads at a time. */
    Portion portion() {
        return PORTIONS.get(this);
    }

    /** What a message adds to what is to be written, in bytes. */
    abstract int weight(Message message);

    /** The frame of a message. */
    abstract Frame show(Message message);

    /** The frame that tells of the gap before the batch, or null where there is no way to tell. */
    abstract Frame gap(Batch batch);

    /** The frame that says why nothing more comes, or null where there is no way to tell. */
    abstract Frame ended(End end);

    static Frame text(String text) {
        return new Frame(OpCode.TEXT, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Tells a page, which sees no pings, that its socket is alive.
     *
     * @param seconds until the next one comes
     * @param at where the read begins, or null
     */
    static Frame beat(int seconds, Cursor at) {
        String cursor = at == null ? null : at.toString();
        return text(Json.object(object -> object.add("beat", seconds).add("cursor", cursor)));
    }
}
