// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.TestServer;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A WebSocket of which every bit is said: for frames that no client would send, and for clients that do not read. */
final class RawSocket implements Closeable {
    static final int FIN = 0x80;
    static final int RSV1 = 0x40;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    static final String[] HANDSHAKE = {
        "Connection: keep-alive, Upgrade",
        "Upgrade: WebSocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    };

    private static final int MASK = 0x5a3c_96e1;

    private final RawClient raw;
    private final String head;

    /** A frame as it came. */
    record Frame(int first, byte[] payload) {
        int opcode() {
            return first & 0x0f;
        }

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        int closeCode() {
            return ByteBuffer.wrap(payload).getShort();
        }
    }

    private RawSocket(RawClient raw) throws IOException {
        this.raw = raw;
        StringBuilder lines = new StringBuilder();
        while (lines.indexOf("\r\n\r\n") < 0) {
            lines.append((char) next());
        }
        head = lines.toString();
    }

    static RawSocket open(TestServer server, String target, String... headerLines) throws IOException {
        return open(server, 0, target, headerLines);
    }

    /** With a receive buffer of about so many bytes, or the usual ones for 0. */
    static RawSocket open(TestServer server, int receiveBuffer, String target, String... headerLines)
            throws IOException {
        return open(RawClient.connect(server.uri(), receiveBuffer), target, headerLines);
    }

    /** On a connection on which nothing was sent so far. */
    static RawSocket open(RawClient raw, String target, String... headerLines) throws IOException {
        String[] lines = new String[HANDSHAKE.length + headerLines.length];
        System.arraycopy(HANDSHAKE, 0, lines, 0, HANDSHAKE.length);
        System.arraycopy(headerLines, 0, lines, HANDSHAKE.length, headerLines.length);
        raw.request("GET", target, lines);
        return new RawSocket(raw);
    }

    /** Status line and fields of the server's answer. */
    String head() {
        return head;
    }

    RawSocket send(int first, byte[] payload) throws IOException {
        return send(first, payload, true);
    }

    RawSocket send(int first, byte[] payload, boolean masked) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
        frame.put((byte) first);
        int flag = masked ? 0x80 : 0;
        if (payload.length < 126) {
            frame.put((byte) (flag | payload.length));
        } else if (payload.length < 65_536) {
            frame.put((byte) (flag | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (flag | 127)).putLong(payload.length);
        }
        byte[] sent = payload.clone();
        if (masked) {
            byte[] mask = ByteBuffer.allocate(4).putInt(MASK).array();
            frame.put(mask);
            for (int i = 0; i < sent.length; i++) {
                sent[i] ^= mask[i % 4];
            }
        }
        frame.put(sent).flip();
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        raw.send(bytes);
        return this;
    }

    RawSocket text(String text) throws IOException {
        return send(FIN | TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    Frame receive() throws IOException {
        int first = next();
        long length = next();
        if (length == 126) {
            length = number(2);
        } else if (length == 127) {
            length = number(8);
        }
        byte[] payload = new byte[(int) length];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) next();
        }
        return new Frame(first, payload);
    }

    private long number(int bytes) throws IOException {
        long number = 0;
        for (int i = 0; i < bytes; i++) {
            number = number << 8 | next();
        }
        return number;
    }

    private int next() throws IOException {
        int b = raw.read();
        if (b < 0) {
            throw new EOFException("the connection ends");
        }
        return b;
    }

    /** The connection itself. */
    RawClient raw() {
        return raw;
    }

    @Override
    public void close() throws IOException {
        raw.close();
    }
}
