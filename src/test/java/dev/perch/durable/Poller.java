// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import dev.perch.http.Reply;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A client that polls one mailbox with its cursor, without a thread of its own, and goes on after every restart. */
final class Poller {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int WAIT_SECONDS = 2;

    private final Inbox inbox;
    private final Whereabouts server;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private volatile boolean running = true;

    Poller(Inbox inbox, Whereabouts server) {
        this.inbox = inbox;
        this.server = server;
    }

    /** Polls the server that is there, or the next one. */
    void poll() {
        server.uri().thenAcceptAsync(this::poll);
    }

    private void poll(URI uri) {
        HttpRequest request = HttpRequest.newBuilder(uri.resolve(inbox.poll(WAIT_SECONDS)))
                .timeout(PATIENCE)
                .build();
        HTTP.sendAsync(request, BodyHandlers.ofByteArray()).whenComplete((response, cut) -> {
            try {
                if (cut == null) {
                    inbox.take(Reply.of(response));
                }
                if (running) {
                    poll();
                } else {
                    stopped.complete(null);
                }
            } catch (RuntimeException | AssertionError e) {
                stopped.completeExceptionally(e);
            }
        });
    }

    /** Lets it end with the answer it waits for. The stage fails with what was wrong in an answer. */
    CompletableFuture<Void> stop() {
        running = false;
        return stopped;
    }

    /** Whether an answer was wrong. */
    boolean failed() {
        return stopped.isCompletedExceptionally();
    }
}
