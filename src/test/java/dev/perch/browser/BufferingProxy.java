// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * Stands between browsers and a server, knows nothing of WebSocket, and hands out an answer when it is complete: of a
 * stream nothing ever comes. It can be told to pass streams on, and to refuse.
 */
final class BufferingProxy implements AutoCloseable {
    private static final List<String> KEPT = List.of("content-type", "authorization", "accept", "last-event-id");

    private final HttpClient client = HttpClient.newHttpClient();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final HttpServer entrance;
    private final URI server;
    private volatile boolean passesStreams;
    private volatile int refusals;
    private volatile Refusal refusal = new Refusal(503, 0, line -> false);

    /** What it says in place of the server, to those whose method and path match. The pause is in seconds. */
    record Refusal(int status, int retryAfter, Predicate<String> whom) {}

    BufferingProxy(URI server) throws IOException {
        this.server = server;
        entrance = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        entrance.setExecutor(threads);
        entrance.createContext("/", this::handle);
        entrance.start();
    }

    /** What a browser asks to get to the server. */
    URI uri() {
        return URI.create("http://127.0.0.1:" + entrance.getAddress().getPort() + "/");
    }

    BufferingProxy passingStreams() {
        passesStreams = true;
        return this;
    }

    /** Refuses the next requests that match. */
    void refuse(int times, Refusal how) {
        refusal = how;
        refusals = times;
    }

    /** How many requests have come whose method and path begin so. */
    long count(String beginning) {
        return asked.stream().filter(line -> line.startsWith(beginning)).count();
    }

    private synchronized boolean refuses(String line) {
        if (refusals > 0 && refusal.whom().test(line)) {
            refusals--;
            return true;
        }
        return false;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            asked.add(line);
            if (refuses(line)) {
                if (refusal.retryAfter() > 0) {
                    exchange.getResponseHeaders().set("Retry-After", Integer.toString(refusal.retryAfter()));
                }
                exchange.sendResponseHeaders(refusal.status(), -1);
            } else if (exchange.getRequestHeaders().containsKey("Upgrade")) {
                exchange.sendResponseHeaders(400, -1);
            } else {
                pass(exchange);
            }
        }
    }

    private void pass(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        server.resolve(exchange.getRequestURI().toString()))
                .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (KEPT.contains(name.toLowerCase(Locale.ROOT))) {
                request.header(name, values.get(0));
            }
        });
        try {
            boolean streams =
                    passesStreams && exchange.getRequestURI().toString().contains("format=sse");
            HttpResponse<InputStream> answer = client.send(request.build(), BodyHandlers.ofInputStream());
            answer.headers().firstValue("content-type").ifPresent(type -> exchange.getResponseHeaders()
                    .set("Content-Type", type));
            if (streams) {
                exchange.sendResponseHeaders(answer.statusCode(), 0);
                exchange.getResponseBody().flush();
                answer.body().transferTo(new Flushing(exchange.getResponseBody()));
            } else {
                byte[] whole = answer.body().readAllBytes();
                exchange.sendResponseHeaders(answer.statusCode(), whole.length == 0 ? -1 : whole.length);
                exchange.getResponseBody().write(whole);
            }
        } catch (InterruptedException e) {
            // It is closed.
            Thread.currentThread().interrupt();
        }
    }

    /** Hands on each part as it comes. */
    private static final class Flushing extends FilterOutputStream {
        Flushing(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            out.write(bytes, from, count);
            out.flush();
        }
    }

    @Override
    public void close() {
        entrance.stop(0);
        threads.shutdownNow();
    }
}
