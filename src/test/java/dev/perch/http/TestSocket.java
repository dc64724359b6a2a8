// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.perch.TestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A WebSocket as most clients open it, with the JDK's own. */
final class TestSocket implements WebSocket.Listener, AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int PATIENCE_SECONDS = 20;

    private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
    private final BlockingQueue<byte[]> bytes = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private WebSocket socket;

    private TestSocket() {}

    static TestSocket open(TestServer server, String path, String... headers) {
        return openWith(null, server, path, headers);
    }

    /** With a subprotocol, or null. */
    static TestSocket openWith(String subprotocol, TestServer server, String path, String... headers) {
        TestSocket test = new TestSocket();
        WebSocket.Builder builder = HTTP.newWebSocketBuilder();
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        if (subprotocol != null) {
            builder.subprotocols(subprotocol);
        }
        URI uri = URI.create(server.uri(path).toString().replaceFirst("http", "ws"));
        test.socket = builder.buildAsync(uri, test).join();
        return test;
    }

    String subprotocol() {
        return socket.getSubprotocol();
    }

    TestSocket send(String message) {
        socket.sendText(message, true).join();
        return this;
    }

    TestSocket send(byte[] message) {
        socket.sendBinary(ByteBuffer.wrap(message), true).join();
        return this;
    }

    /** Sends a message in parts. */
    TestSocket sendParts(String... parts) {
        for (int i = 0; i < parts.length; i++) {
            socket.sendText(parts[i], i == parts.length - 1).join();
        }
        return this;
    }

    void ping(String payload) {
        socket.sendPing(ByteBuffer.wrap(payload.getBytes(StandardCharsets.UTF_8)))
                .join();
    }

    /** The next text, which must come soon. */
    String next() {
        return soon(texts);
    }

    byte[] nextBytes() {
        return soon(bytes);
    }

    JsonObject json() {
        return JsonParser.parseString(next()).getAsJsonObject();
    }

    /** What was published, in the next messages. */
    List<String> data(int count) {
        return Stream.generate(() -> json().get("data").getAsString())
                .limit(count)
                .toList();
    }

    /** Nothing has come that was not looked at. */
    void assertNothing() {
        assertEquals(List.of(), List.copyOf(texts));
    }

    private static <T> T soon(BlockingQueue<T> queue) {
        try {
            T item = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertNotNull(item, "nothing came");
            return item;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The code with which it is closed, which must be soon. */
    int closeCode() throws Exception {
        return closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            texts.add(text.toString());
            text.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        byte[] part = new byte[data.remaining()];
        data.get(part);
        bytes.add(part);
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        closed.complete(1006);
    }

    /** Says goodbye and waits for the answer. */
    void bye() throws Exception {
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        assertEquals(WebSocket.NORMAL_CLOSURE, closeCode());
    }

    @Override
    public void close() {
        socket.abort();
    }
}
