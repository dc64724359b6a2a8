// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * What is to be written to a stream next, given out in chunks. A chunk is made only when it is asked for, so a client
 * that is slow to take them holds one of them, and for the rest bytes that all readers share.
 */
public final class Chunks {
    /** No chunk is larger, in bytes. */
    public static final int SIZE = 32 * 1024;

    private static final byte[] NEXT_LINE = ascii("\ndata: ");

    private final Queue<Part> parts = new ArrayDeque<>(4);
    private long left;

    /** What is being copied: a part, a line of it, or what stands between two lines. */
    private byte[] bytes;

    private int from;
    private int to;
    /** The text whose lines are being copied, or null. */
    private byte[] text;

    private int lineStart;
    private boolean lineEnded;

    /** Bytes to be written as they are, or as lines of an event. */
    private record Part(byte[] bytes, int from, int to, boolean lines) {}

    Chunks add(String ascii) {
        byte[] made = ascii(ascii);
        return add(made, 0, made.length);
    }

    /** Adds bytes, which are shared. */
    Chunks add(byte[] shared, int start, int end) {
        parts.add(new Part(shared, start, end, false));
        left += end - start;
        return this;
    }

    /** Adds a UTF-8 text, each of whose lines but the first gets a field {@code data} of its own. */
    Chunks addLines(byte[] shared) {
        parts.add(new Part(shared, 0, shared.length, true));
        left += shared.length;
        for (int i = lineEnd(shared, 0); i < shared.length; ) {
            int next = afterBreak(shared, i);
            left += NEXT_LINE.length - (next - i);
            i = lineEnd(shared, next);
        }
        return this;
    }

    /** The next chunk, or null when all has been given out. */
    public ByteBuffer next() {
        if (left == 0) {
            return null;
        }
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(SIZE, left));
        left -= chunk.remaining();
        while (chunk.hasRemaining()) {
            while (from == to) {
                advance();
            }
            int count = Math.min(chunk.remaining(), to - from);
            chunk.put(bytes, from, count);
            from += count;
        }
        return chunk.flip();
    }

    private void advance() {
        if (lineEnded) {
            lineEnded = false;
            copy(NEXT_LINE, 0, NEXT_LINE.length);
        } else if (text != null) {
            advanceLine();
        } else {
            Part part = parts.remove();
            if (part.lines()) {
                text = part.bytes();
                lineStart = 0;
            } else {
                copy(part.bytes(), part.from(), part.to());
            }
        }
    }

    private void advanceLine() {
        int end = lineEnd(text, lineStart);
        copy(text, lineStart, end);
        if (end == text.length) {
            text = null;
        } else {
            lineStart = afterBreak(text, end);
            lineEnded = true;
        }
    }

    private void copy(byte[] source, int start, int end) {
        bytes = source;
        from = start;
        to = end;
    }

    private static int lineEnd(byte[] text, int start) {
        int end = start;
        while (end < text.length && text[end] != '\n' && text[end] != '\r') {
            end++;
        }
        return end;
    }

    /** Behind a line's end: CR, LF or both (WHATWG HTML section 9.2.5). */
    private static int afterBreak(byte[] text, int end) {
        boolean both = text[end] == '\r' && end + 1 < text.length && text[end + 1] == '\n';
        return end + (both ? 2 : 1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
