// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.TestServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** One stream, read as it stands on the wire. It speaks HTTP/1.0, so that nothing but the stream is in its body. */
final class StreamClient implements Closeable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket = new Socket();
    private final InputStream in;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final int status;

    private StreamClient(TestServer server, String target, String... headerLines) throws IOException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(
                new InetSocketAddress(server.uri().getHost(), server.uri().getPort()));
        StringBuilder head = new StringBuilder("GET " + target + " HTTP/1.0\r\nHost: localhost\r\n");
        for (String line : headerLines) {
            head.append(line).append("\r\n");
        }
        socket.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        in = new BufferedInputStream(socket.getInputStream());
        status = Integer.parseInt(headLine().split(" ", 3)[1]);
        for (String line = headLine(); !line.isEmpty(); line = headLine()) {
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
    }

    /** Opens a stream of events and reads the head of the answer. */
    static StreamClient events(TestServer server, String target, String... headerLines) throws IOException {
        String[] lines = new String[headerLines.length + 1];
        lines[0] = "Accept: text/event-stream";
        System.arraycopy(headerLines, 0, lines, 1, headerLines.length);
        return new StreamClient(server, target, lines);
    }

    /** Opens whatever the target asks for. */
    static StreamClient open(TestServer server, String target, String... headerLines) throws IOException {
        return new StreamClient(server, target, headerLines);
    }

    int status() {
        return status;
    }

    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    private String headLine() throws IOException {
        return line().replace("\r", "");
    }

    /** The next line without its end, or null when the stream has ended. */
    String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8) + " and no end of line";
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** The next event, or what else ends with an empty line; or null when the stream has ended. */
    String block() throws IOException {
        StringBuilder block = new StringBuilder();
        for (String line = line(); line != null; line = line()) {
            if (line.isEmpty()) {
                return block.toString();
            }
            block.append(line).append('\n');
        }
        return block.isEmpty() ? null : block.toString();
    }

    /** The next event that is no heartbeat. */
    String event() throws IOException {
        String block = block();
        while (block != null && block.startsWith(":\n")) {
            block = block();
        }
        return block;
    }

    /** Whether nothing comes for so long. */
    boolean isSilentFor(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            in.mark(1);
            in.read();
            in.reset();
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } finally {
            socket.setSoTimeout(PATIENCE_MILLIS);
        }
    }

    /** Goes away in the middle of the stream. */
    void leave() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        leave();
    }
}
