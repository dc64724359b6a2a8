// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.perch.TestServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

/** Browsers keep pages and scripts, and never take an old one for a new one. */
final class PageCacheIT {
    private static final String LATER = "Fri, 01 Jan 2100 00:00:00 GMT";

    @Test
    void aPageIsKnownByWhatItHoldsAndNotByItsTime() throws Exception {
        try (TestServer server = TestServer.start()) {
            HttpResponse<String> first = get(server, "perch.min.js", "If-Modified-Since", LATER);
            assertEquals(200, first.statusCode());
            assertEquals("no-cache", first.headers().firstValue("Cache-Control").orElse(""));
            assertFalse(first.headers().firstValue("Last-Modified").isPresent());
            String tag = first.headers().firstValue("ETag").orElseThrow();
            assertEquals(304, get(server, "perch.min.js", "If-None-Match", tag).statusCode());
            HttpResponse<String> other = get(server, "perch.js", "If-None-Match", tag);
            assertEquals(200, other.statusCode());
            assertNotEquals(tag, other.headers().firstValue("ETag").orElseThrow());
        }
    }

    private static HttpResponse<String> get(TestServer server, String path, String name, String value)
            throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(server.uri(path)).header(name, value).build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }
}
