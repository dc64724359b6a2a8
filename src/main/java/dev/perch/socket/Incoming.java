// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import dev.perch.access.Allowance;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;

/**
 * Puts a message together from its fragments (RFC 6455 section 5.4), as long as there is memory for all that are
 * coming. For the one thread that receives frames, but for {@link #drop}.
 */
final class Incoming {
    /** So much of a message that is too large is read and thrown away, so that its sender sees the close frame. */
    private static final int LINGER = 1024 * 1024;

    /** What has come of a message costs no more than this unless there is room for it. In bytes. */
    private static final int SMALL = 8 * 1024;

    private static final byte[] NONE = {};

    private final int max;
    private final Allowance allowance;
    /** What has come, in the first {@code kept} bytes; null between messages. */
    private byte[] fragments;

    private int kept;
    /** What of the allowance is taken. */
    private int taken;

    private boolean dropped;
    private boolean crowded;
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

    Incoming(int max, Allowance allowance) {
        this.max = max;
        this.allowance = allowance;
    }

    /** How large a message may be, in bytes. */
    int max() {
        return max;
    }

    /** Takes a frame of data; the message when it was the last one, else null. */
    synchronized Whole take(Frame frame) {
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
            fragments = NONE;
            kept = 0;
        }
        if (size <= max && !crowded) {
            keep(payload);
        }
        if (!frame.isFin()) {
            return null;
        }
        byte[] body = Arrays.copyOf(fragments, kept);
        giveBack();
        return new Whole(text, body);
    }

    private void keep(byte[] payload) {
        int needed = kept + payload.length;
        if (needed > fragments.length) {
            int length = Math.max(needed, (int) Math.min(max, 2L * fragments.length));
            if (length > SMALL && (dropped || !allowance.take(length - taken))) {
                crowded = true;
                giveBack();
                return;
            }
            taken = length > SMALL ? length : 0;
            fragments = Arrays.copyOf(fragments, length);
        }
        System.arraycopy(payload, 0, fragments, kept, payload.length);
        kept = needed;
    }

    private void giveBack() {
        allowance.giveBack(taken);
        taken = 0;
        fragments = null;
    }

    /** Forgets what has come; there will be no more. Any thread may call it. */
    synchronized void drop() {
        dropped = true;
        giveBack();
    }

    /** Whether there was no memory for the message, since others send large ones. */
    boolean isCrowded() {
        return crowded;
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
