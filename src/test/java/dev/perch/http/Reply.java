// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An answer of the server, whoever received it.
 *
 * @param headers one line a name; the map does not distinguish upper and lower case
 */
public record Reply(int status, Map<String, String> headers, byte[] body) {
    /** As the JDK's client received it. */
    public static Reply of(HttpResponse<byte[]> response) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        response.headers().map().forEach((name, values) -> headers.put(name, String.join(", ", values)));
        return new Reply(response.statusCode(), headers, response.body());
    }

    /** The field, or the empty text. */
    public String header(String name) {
        return headers.getOrDefault(name, "");
    }

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    public JsonObject json() {
        return JsonParser.parseString(text()).getAsJsonObject();
    }

    /** The string in that member of the body, or null. */
    public String string(String member) {
        return json().has(member) ? json().get(member).getAsString() : null;
    }

    /** Where the next read begins, as the header says it. */
    public String cursor() {
        return header("Perch-Cursor");
    }

    public List<JsonObject> messages() {
        JsonArray array = json().getAsJsonArray("messages");
        List<JsonObject> messages = new ArrayList<>(array.size());
        array.forEach(message -> messages.add(message.getAsJsonObject()));
        return messages;
    }

    /** What was published, where that was text or JSON. */
    public List<String> data() {
        return messages().stream()
                .map(message -> message.get("data"))
                .map(data -> data.isJsonPrimitive() ? data.getAsString() : data.toString())
                .toList();
    }

    /** Why nothing can be said about what lies before, or null. */
    public String gap() {
        return json().has("gap") ? json().getAsJsonObject("gap").get("why").getAsString() : null;
    }

    public Reply assertStatus(int expected) {
        assertEquals(expected, status, this::toString);
        return this;
    }

    /** It is a problem (RFC 9457) of that status and code, complete and on one line. */
    public Reply assertProblem(int expected, String code) {
        assertStatus(expected);
        assertEquals("application/problem+json", header("Content-Type"), this::toString);
        assertTrue(text().endsWith("}\n"), this::toString);
        assertEquals(1, text().lines().count(), this::toString);
        assertEquals("urn:perch:problem:" + code, string("type"), this::toString);
        assertEquals(expected, json().get("status").getAsInt());
        assertFalse(string("title").isEmpty());
        assertFalse(string("detail").isEmpty());
        assertEquals("no-store, no-transform", header("Cache-Control"), this::toString);
        assertEquals("nosniff", header("X-Content-Type-Options"), this::toString);
        return this;
    }

    @Override
    public String toString() {
        return status + " " + headers + "\n" + text();
    }
}
