// SPDX-License-Identifier: Apache-2.0

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * One HTTP/2 connection without encryption (RFC 9113 section 3.3) with many requests at a time. It knows of an answer
 * only that it is complete, and whether it is a 200 or 201. For the thread of its selector.
 */
final class Http2 {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int WINDOW_UPDATE = 8;
    /** So many bytes of answers may come on a connection besides the first 64 KiB. */
    private static final int WINDOW = 1 << 30;

    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;
    private static final int FRAME_HEADER = 9;

    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(64 * 1024);
    private int nextStream = 1;
    private int answered;

    Http2(Selector selector, int port) throws IOException {
        channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        write(PREFACE);
        frame(SETTINGS, 0, 0, new byte[0]);
        frame(WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(WINDOW).array());
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, this);
    }

    void close() throws IOException {
        channel.close();
    }

    /** How many answers have come. */
    int answered() {
        return answered;
    }

    /** Sends a request without a body. */
    void get(String path) throws IOException {
        frame(HEADERS, END_STREAM | END_HEADERS, nextStream, fields("GET", path));
        nextStream += 2;
    }

    /** Sends a text. */
    void post(String path, String body) throws IOException {
        frame(HEADERS, END_HEADERS, nextStream, fields("POST", path));
        frame(DATA, END_STREAM, nextStream, body.getBytes(StandardCharsets.US_ASCII));
        nextStream += 2;
    }

    /** The fields as literals that nobody keeps (RFC 7541 section 6.2.2). */
    private static byte[] fields(String method, String path) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        String[] fields = {":method", method, ":scheme", "http", ":authority", "localhost", ":path", path};
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0);
            for (String text : new String[] {fields[i], fields[i + 1]}) {
                block.write(text.length());
                block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
            }
        }
        return block.toByteArray();
    }

    private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_HEADER + payload.length);
        frame.put((byte) 0).putShort((short) payload.length).put((byte) type).put((byte) flags);
        write(frame.putInt(stream).put(payload).array());
    }

    private void write(byte[] bytes) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(bytes);
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    /** Reads what there is. */
    void read() throws IOException {
        Loop.require(channel.read(in) >= 0, "the server closes a connection");
        in.flip();
        while (in.remaining() >= FRAME_HEADER) {
            int start = in.position();
            int length = (in.get(start) & 0xff) << 16 | in.getShort(start + 1) & 0xffff;
            if (in.remaining() < FRAME_HEADER + length) {
                break;
            }
            byte[] payload = new byte[length];
            in.position(start + FRAME_HEADER);
            in.get(payload);
            came(in.get(start + 3), in.get(start + 4), payload);
        }
        in.compact();
    }

    private void came(int type, int flags, byte[] payload) throws IOException {
        if (type == SETTINGS && (flags & ACK) == 0) {
            frame(SETTINGS, ACK, 0, new byte[0]);
        } else if (type == PING && (flags & ACK) == 0) {
            frame(PING, ACK, 0, payload);
        } else if (type == DATA || type == HEADERS) {
            answered += flags & END_STREAM;
        } else {
            Loop.require(type == SETTINGS || type == PING || type == WINDOW_UPDATE, "the server ends a request: frame " + type);
        }
    }
}
