// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.perch.TestServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** What else talks to the server while a page does. */
record Backend(TestServer server) {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    void publish(String path, String contentType, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(path, contentType, body);
        assertEquals(201, answer.statusCode(), answer.body());
    }

    HttpResponse<String> send(String path, String contentType, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.uri(path))
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString(body))
                .build();
        return HTTP.send(request, BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(server.uri(path)).build(), BodyHandlers.ofString());
    }

    void remove(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.uri(path)).DELETE().build();
        assertEquals(204, HTTP.send(request, BodyHandlers.ofString()).statusCode());
    }

    /** Runs a line that a page shows, as somebody who has copied it would. */
    void run(String line) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("bash", "-c", line + " -sSf -m 10")
                .redirectErrorStream(true)
                .start();
        String printed = new String(shell.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(0, shell.waitFor(), () -> line + "\n" + printed);
    }
}
