// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.perch.ChildServer;
import dev.perch.http.RawClient;
import dev.perch.http.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * What became of every message that was published: it was acknowledged, refused, or its publisher was told that nobody
 * knows. Each publisher has a mailbox of his own. Any thread may use it.
 */
final class Outcomes {
    private final Set<Text> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<Text> refused = ConcurrentHashMap.newKeySet();
    private final Set<Text> unknown = ConcurrentHashMap.newKeySet();

    /** What a publisher was told. */
    enum Fate {
        /** The server has it. */
        ACKNOWLEDGED,
        /** The server does not have it, and will not. */
        REFUSED,
        /** One of the two. */
        UNKNOWN
    }

    /** Publishes it under its key. */
    Fate publish(RawClient raw, Text text) throws IOException {
        byte[] body = text.toString().getBytes(StandardCharsets.US_ASCII);
        String path = "/mailbox/m" + text.publisher() + "?key=" + text.key();
        Reply reply = raw.post(path, "text/plain", body).receive();
        if (reply.status() == 201) {
            acknowledged.add(text);
            return Fate.ACKNOWLEDGED;
        }
        reply.assertProblem(503, "store-unavailable");
        assertTrue(!reply.header("Retry-After").isEmpty(), reply::toString);
        if (reply.json().has("stored")) {
            assertEquals("unknown", reply.string("stored"), reply::toString);
            unknown.add(text);
            return Fate.UNKNOWN;
        }
        refused.add(text);
        return Fate.REFUSED;
    }

    /** Publishes again what nobody knew of, under the same keys, which must be taken. */
    void settle(RawClient raw) throws IOException {
        for (Text text : List.copyOf(unknown)) {
            assertEquals(Fate.ACKNOWLEDGED, publish(raw, text), text::key);
            unknown.remove(text);
        }
    }

    int acknowledged() {
        return acknowledged.size();
    }

    int refused() {
        return refused.size();
    }

    int unknown() {
        return unknown.size();
    }

    @Override
    public String toString() {
        return acknowledged() + " acknowledged, " + refused() + " refused, " + unknown() + " unknown";
    }

    /** The server has what was acknowledged, nothing that was refused, and nothing twice, all of it whole. */
    void assertKept(ChildServer server) throws IOException {
        Set<Text> kept = new HashSet<>();
        try (RawClient raw = RawClient.connect(server)) {
            for (int publisher : publishers()) {
                for (Text text : read(raw, publisher)) {
                    assertEquals(publisher, text.publisher());
                    assertTrue(kept.add(text), () -> text.key() + " is there twice");
                }
            }
        }
        assertEquals(Set.of(), keys(acknowledged, kept), "acknowledged and not there");
        Set<Text> possible = new HashSet<>(acknowledged);
        possible.addAll(unknown);
        assertEquals(Set.of(), keys(kept, possible), "there, and not acknowledged");
    }

    /** The keys of what is in the first set and not in the second; whole texts would say too much in a report. */
    private static Set<String> keys(Set<Text> texts, Set<Text> others) {
        return texts.stream()
                .filter(text -> !others.contains(text))
                .map(Text::key)
                .collect(Collectors.toSet());
    }

    private List<Integer> publishers() {
        Set<Text> all = new HashSet<>(acknowledged);
        all.addAll(unknown);
        return all.stream().map(Text::publisher).distinct().toList();
    }

    private static List<Text> read(RawClient raw, int publisher) throws IOException {
        List<Text> texts = new ArrayList<>();
        String after = "start";
        while (true) {
            String target = "/mailbox/m" + publisher + "?wait=0&limit=1000&after=" + after;
            Reply reply = raw.request("GET", target).receive().assertStatus(200);
            assertNull(reply.gap());
            if (reply.messages().isEmpty()) {
                return texts;
            }
            for (JsonObject message : reply.messages()) {
                texts.add(Text.parse(message.get("data").getAsString()));
            }
            after = reply.cursor();
        }
    }
}
