// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.perch.TestServer;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.eclipse.jetty.util.component.LifeCycle;

/** A client that begins with HTTP/2 without encryption, and makes all its requests on one connection. */
final class Http2Client implements AutoCloseable {
    private final HttpClient client = new HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client()));
    private final TestServer server;

    Http2Client(TestServer server) {
        this.server = server;
        client.setMaxConnectionsPerDestination(1);
        LifeCycle.start(client);
    }

    /** Begins to read. Who cancels the reply takes the request back. */
    CompletableFuture<Reply> read(String path) {
        return send(client.newRequest(server.uri(path)));
    }

    /** Begins to publish. Who cancels the reply takes the request back. */
    CompletableFuture<Reply> post(String path, Request.Content body) {
        return send(client.POST(server.uri(path)).body(body));
    }

    /** Begins to publish, for a page of that origin. */
    CompletableFuture<Reply> post(String path, Request.Content body, String origin) {
        return send(client.POST(server.uri(path)).body(body).headers(headers -> headers.add("Origin", origin)));
    }

    /** Opens a stream of server-sent events. */
    InputStream events(String path) throws Exception {
        InputStreamResponseListener body = new InputStreamResponseListener();
        client.newRequest(server.uri(path))
                .headers(headers -> headers.add("Accept", "text/event-stream"))
                .send(body);
        Response response = body.get(20, TimeUnit.SECONDS);
        assertEquals(HttpVersion.HTTP_2, response.getVersion());
        assertEquals(200, response.getStatus());
        return body.getInputStream();
    }

    private static CompletableFuture<Reply> send(Request request) {
        CompletableFuture<ContentResponse> response = new CompletableResponseListener(request).send();
        CompletableFuture<Reply> reply = response.thenApply(Http2Client::reply);
        reply.whenComplete((received, failure) -> response.cancel(false));
        return reply;
    }

    private static Reply reply(ContentResponse response) {
        assertEquals(HttpVersion.HTTP_2, response.getVersion());
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        response.getHeaders()
                .forEach(field -> headers.merge(field.getName(), field.getValue(), (a, b) -> a + ", " + b));
        return new Reply(response.getStatus(), headers, response.getContent());
    }

    @Override
    public void close() {
        LifeCycle.stop(client);
    }
}
