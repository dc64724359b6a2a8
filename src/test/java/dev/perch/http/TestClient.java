// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;

import dev.perch.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A client as most are: what the API offers, over HTTP/1.1, with the JDK's own client. */
final class TestClient {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final TestServer server;

    TestClient(TestServer server) {
        this.server = server;
    }

    /** Publishes a text. */
    Reply publish(String path, String text) {
        return publish(path, "text/plain", text.getBytes(StandardCharsets.UTF_8));
    }

    Reply publish(String path, String contentType, String text, String... headers) {
        return publish(path, contentType, text.getBytes(StandardCharsets.UTF_8), headers);
    }

    /** Publishes; without a content type when that is null. Headers are names and values in turn. */
    Reply publish(String path, String contentType, byte[] body, String... headers) {
        return get(post(path, contentType, body, headers));
    }

    /** Begins to publish. */
    CompletableFuture<Reply> post(String path, String contentType, byte[] body, String... headers) {
        HttpRequest.Builder request = building(path, headers).POST(BodyPublishers.ofByteArray(body));
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        return send(request);
    }

    /** Reads, and returns when the read has been answered. */
    Reply poll(String path, String... headers) {
        return get(park(path, headers));
    }

    /** Begins to read. */
    CompletableFuture<Reply> park(String path, String... headers) {
        return send(building(path, headers).GET());
    }

    /** Begins to read a mailbox, and returns when so many reads are parked on it. */
    CompletableFuture<Reply> parkAs(int count, String path, String... headers) {
        CompletableFuture<Reply> reply = park(path, headers);
        awaitParked(path.replaceFirst("\\?.*", ""), count);
        return reply;
    }

    /** Waits until so many reads are parked there. */
    void awaitParked(String path, int count) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> {
            Reply status = status(path);
            return status.status() == 200 && status.json().get("parked").getAsInt() == count;
        });
    }

    Reply follow(String mailbox, String topicAndQuery) {
        return request("PUT", "mailbox/" + mailbox + "/topic/" + topicAndQuery);
    }

    Reply leave(String mailbox, String topic) {
        return request("DELETE", "mailbox/" + mailbox + "/topic/" + topic);
    }

    Reply remove(String path) {
        return request("DELETE", path);
    }

    Reply status(String path) {
        return poll(path + "/status");
    }

    Reply head(String path, String... headers) {
        return request("HEAD", path, headers);
    }

    Reply request(String method, String path, String... headers) {
        return get(send(building(path, headers).method(method, BodyPublishers.noBody())));
    }

    /** The reply, which must come soon. */
    static Reply get(CompletableFuture<Reply> reply) {
        try {
            return reply.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new UncheckedIOException(new IOException(e.getCause()));
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException("no answer", e);
        }
    }

    private HttpRequest.Builder building(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path)).timeout(Duration.ofSeconds(60));
        return headers.length == 0 ? request : request.headers(headers);
    }

    private static CompletableFuture<Reply> send(HttpRequest.Builder request) {
        return HTTP.sendAsync(request.build(), BodyHandlers.ofByteArray()).thenApply(Reply::of);
    }
}
