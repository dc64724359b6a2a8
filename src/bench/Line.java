// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One connection to any HTTP/1.1 server, with one request at a time. For the thread of its selector. */
final class Line {
    private static final String LENGTH = "\r\ncontent-length:";

    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(16 * 1024);
    private Answer answer;

    /** What is to be done with an answer: its status line and fields, and its body. */
    interface Answer {
        void came(String head, String body) throws IOException;
    }

    Line(Selector selector, int port) throws IOException {
        channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, this);
    }

    boolean isIdle() {
        return answer == null;
    }

    /** Sends a request; {@code begin} is its request line and what fields it has of its own. */
    void send(String begin, String body, Answer whenAnswered) throws IOException {
        answer = whenAnswered;
        String fields = body.isEmpty() ? "" : "Content-Type: text/plain\r\nContent-Length: " + body.length() + "\r\n";
        String request = begin + "Host: localhost\r\n" + fields + "\r\n" + body;
        ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Reads what there is, and tells of the answer when all of it has come. */
    void read() throws IOException {
        Loop.require(channel.read(in) >= 0, "the server closes a connection");
        String text = new String(in.array(), 0, in.position(), StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return;
        }
        String head = text.substring(0, end);
        int at = head.toLowerCase(Locale.ROOT).indexOf(LENGTH);
        Loop.require(at >= 0 && head.startsWith("HTTP/1.1 20"), "not an answer as expected: " + head);
        int eol = head.indexOf('\r', at + 2);
        int length = Integer.parseInt(
                head.substring(at + LENGTH.length(), eol < 0 ? end : eol).strip());
        if (text.length() < end + 4 + length) {
            return;
        }
        in.clear();
        Answer done = answer;
        answer = null;
        done.came(head, text.substring(end + 4, end + 4 + length));
    }
}
