// SPDX-License-Identifier: Apache-2.0
package dev.perch.tutorials;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.perch.TestServer;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A web site on a free port: it serves pages from a directory, those of the tutorials unless another is named, and
 * hands on to Perch what is Perch's, each byte as it comes.
 */
public final class Site implements AutoCloseable {
    static final Path TUTORIALS = Path.of("src/test/tutorials");

    private static final String JQUERY = "/META-INF/resources/webjars/jquery/1.12.4/dist/jquery.min.js";
    private static final List<String> HANDED_ON = List.of("Content-Type", "If-None-Match", "Accept", "Last-Event-ID");

    private final HttpClient client = HttpClient.newHttpClient();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer site;
    private final @Nullable URI perch;
    private final Path pages;

    private Site(@Nullable URI perch, Path pages) throws IOException {
        this.perch = perch;
        this.pages = pages;
        site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        site.setExecutor(threads);
        site.createContext("/", this::page);
        if (perch != null) {
            for (String path : List.of("/mailbox/", "/topic/", "/broadcast", "/reply/", "/perch")) {
                site.createContext(path, this::handOn);
            }
        }
        site.start();
    }

    static Site before(TestServer perch) throws IOException {
        return new Site(perch.uri(), TUTORIALS);
    }

    /** One with pages from that directory. */
    public static Site before(TestServer perch, Path pages) throws IOException {
        return new Site(perch.uri(), pages);
    }

    /** One that leaves it to its pages to find Perch elsewhere. */
    static Site apart() throws IOException {
        return new Site(null, TUTORIALS);
    }

    /** What a browser says its pages come from. */
    public String origin() {
        return "http://127.0.0.1:" + site.getAddress().getPort();
    }

    public URI uri(String path) {
        return URI.create(origin() + "/" + path);
    }

    private void page(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        Path file = pages.resolve(path.substring(1));
        if (path.equals("/jquery.js")) {
            try (InputStream script = Site.class.getResourceAsStream(JQUERY)) {
                answer(exchange, 200, "text/javascript", script.readAllBytes());
            }
        } else if (path.matches("/.+[.](html|js)") && Files.exists(file)) {
            String type = path.endsWith(".js") ? "text/javascript" : "text/html";
            answer(exchange, 200, type, Files.readAllBytes(file));
        } else {
            answer(exchange, path.equals("/favicon.ico") ? 204 : 404, "text/plain", new byte[0]);
        }
    }

    private void handOn(HttpExchange exchange) throws IOException {
        URI uri = exchange.getRequestURI();
        HttpRequest.Builder request = HttpRequest.newBuilder(perch.resolve(uri))
                .method(
                        exchange.getRequestMethod(),
                        BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
        for (String name : HANDED_ON) {
            String value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) {
                request.header(name, value);
            }
        }
        try {
            HttpResponse<InputStream> response = client.send(request.build(), BodyHandlers.ofInputStream());
            handBack(exchange, response);
        } catch (IOException e) {
            answer(exchange, 502, "text/plain", new byte[0]);
        } catch (InterruptedException e) {
            exchange.close();
        }
    }

    private static void handBack(HttpExchange exchange, HttpResponse<InputStream> response) {
        String type = response.headers().firstValue("Content-Type").orElse("text/plain");
        long length = response.headers().firstValueAsLong("Content-Length").orElse(0);
        try (exchange;
                InputStream in = response.body()) {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(response.statusCode(), response.statusCode() == 204 ? -1 : length);
            OutputStream out = exchange.getResponseBody();
            byte[] bytes = new byte[8192];
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                out.write(bytes, 0, read);
                out.flush();
            }
        } catch (IOException e) {
            // The page has gone, or Perch.
        }
    }

    private static void answer(HttpExchange exchange, int status, String type, byte[] body) {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        } catch (IOException e) {
            // The page has gone.
        }
    }

    @Override
    public void close() {
        site.stop(0);
        threads.shutdownNow();
    }
}
