// SPDX-License-Identifier: Apache-2.0
package dev.perch.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;

/** Publishes numbered messages to one place, and knows which. */
final class Messages {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private final List<String> published = new ArrayList<>();
    private final URI place;

    Messages(URI place) {
        this.place = place;
    }

    /** Publishes the next one: {@code {"message":"m0"}}. */
    String publish() throws IOException, InterruptedException {
        String text = "m" + published.size();
        HttpRequest request = HttpRequest.newBuilder(place)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"message\":\"" + text + "\"}"))
                .build();
        assertEquals(201, HTTP.send(request, BodyHandlers.ofString()).statusCode());
        published.add(text);
        return text;
    }

    /** All that were published, in order. */
    List<String> published() {
        return published;
    }
}
