// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What clients say to a server, where each request has to succeed. */
final class Talk {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final URI server;

    Talk(URI server) {
        this.server = server;
    }

    /** Publishes, and returns the receipt. */
    JsonObject publish(String path, String contentType, String body) throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(server.resolve(path))
                        .header("Content-Type", contentType)
                        .POST(HttpRequest.BodyPublishers.ofString(body)),
                201);
    }

    /** One answer to a reader. */
    JsonObject read(String path, String after, int wait) throws IOException, InterruptedException {
        URI uri = server.resolve(path + "?limit=1000&wait=" + wait + "&after=" + after);
        return send(HttpRequest.newBuilder(uri), 200);
    }

    /** All that is kept behind that cursor. */
    List<JsonObject> readAll(String path, String after) throws IOException, InterruptedException {
        List<JsonObject> all = new ArrayList<>();
        String cursor = after;
        JsonObject answer;
        do {
            answer = read(path, cursor, 0);
            if (answer.has("gap")) {
                throw new AssertionError("a gap in " + path + " after " + cursor + ": " + answer.get("gap"));
            }
            answer.getAsJsonArray("messages").forEach(message -> all.add(message.getAsJsonObject()));
            cursor = answer.get("cursor").getAsString();
        } while (!answer.getAsJsonArray("messages").isEmpty());
        return all;
    }

    private static JsonObject send(HttpRequest.Builder request, int expected) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                HTTP.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != expected) {
            throw new IOException(answer.statusCode() + " " + answer.body());
        }
        return JsonParser.parseString(answer.body()).getAsJsonObject();
    }
}
