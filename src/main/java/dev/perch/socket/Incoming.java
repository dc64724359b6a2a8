// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;

/** Puts a message together from its fragments (RFC 6455 section 5.4). For the one thread that receives frames. */
final class Incoming {
    /** So much of a message that is too large is read and thrown away, so that its sender sees the close frame. */
    private static final int LINGER = 1024 * 1024;

    private static final byte[] NONE = {};

    private final int max;
    private ByteArrayOutputStream fragments;
    private boolean text;
    private long size;

    /** A message, complete. */
    record Whole(boolean isText, byte[] body) {
        /** The text, strictly UTF-8 (RFC 6455 section 8.1). */
        String text() throws CharacterCodingException {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        }
    }

    Incoming(int max) {
        this.max = max;
    }

    /** How large a message may be, in bytes. */
    int max() {
        return max;
    }

    /** Takes a frame of data; the message when it was the last one, else null. */
    Whole take(Frame frame) {
        byte[] payload = payload(frame);
        if (frame.getOpCode() != OpCode.CONTINUATION) {
            text = frame.getOpCode() == OpCode.TEXT;
            size = 0;
        }
        size += payload.length;
        if (frame.isFin() && fragments == null) {
            return new Whole(text, payload);
        }
        if (fragments == null) {
            fragments = new ByteArrayOutputStream(payload.length);
        }
        if (size <= max) {
            fragments.writeBytes(payload);
        }
        if (!frame.isFin()) {
            return null;
        }
        byte[] body = fragments.toByteArray();
        fragments = null;
        return new Whole(text, body);
    }

    /** Whether the message that came last, or is coming, is larger than may be. */
    boolean isTooLarge() {
        return size > max;
    }

    /** Whether it makes no sense to wait for its end. */
    boolean isBoundless() {
        return size > (long) max + LINGER;
    }

    private static byte[] payload(Frame frame) {
        ByteBuffer payload = frame.getPayload();
        if (payload == null || !payload.hasRemaining()) {
            return NONE;
        }
        byte[] bytes = new byte[payload.remaining()];
        payload.duplicate().get(bytes);
        return bytes;
    }
}
