// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Key;
import dev.perch.mailbox.QueueName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the client of a socket says in one JSON object: a message that it publishes, or an acknowledgement. */
public final class Command {
    private static final String EXAMPLE =
            "send an object like {\"to\":\"mailbox/bob\",\"data\":\"hello\",\"key\":\"k1\"}";

    private final JsonObject members;
    private final Drafts.Bounds bounds;

    private Command(JsonObject members, Drafts.Bounds bounds) {
        this.members = members;
        this.bounds = bounds;
    }

    /** The command in the text of a frame; the message in it lies one deeper than it would by itself. */
    public static Command parse(String text, Drafts.Bounds bounds) throws Refused {
        JsonElement value;
        try {
            value = Json.parse(text, bounds.depth() + 1);
        } catch (Json.MalformedJson e) {
            throw Problem.BAD_BODY.because("not JSON, " + e.getMessage() + "; " + EXAMPLE);
        }
        if (!value.isJsonObject()) {
            throw Problem.BAD_BODY.because(EXAMPLE);
        }
        return new Command(value.getAsJsonObject(), bounds);
    }

    /** The client's own word for this command, as it comes back in the answer; null when there is none. */
    public String key() {
        return members.has("key") && isText(members.get("key"))
                ? members.get("key").getAsString()
                : null;
    }

    /** Whether it acknowledges; else it publishes. */
    public boolean acknowledges() {
        return members.has("ack");
    }

    /** The place up to which the client has everything. */
    public Cursor acknowledged() throws Refused {
        JsonElement ack = members.get("ack");
        return (isText(ack) ? Cursor.parse(ack.getAsString()) : Optional.<Cursor>empty())
                .orElseThrow(() -> Problem.BAD_PARAMETER.because("ack must be the id of a message, like k3.42"));
    }

    /** Where the message goes, or null when the client does not say. */
    public QueueName to() throws Refused {
        if (!members.has("to")) {
            return null;
        }
        return Route.destination(isText(members.get("to")) ? members.get("to").getAsString() : "");
    }

    /** The message: a string is text, any other value is JSON. */
    public List<Draft> drafts() throws Refused {
        JsonElement data = members.get("data");
        if (data == null) {
            throw Problem.BAD_BODY.because("there is no data in it; " + EXAMPLE);
        }
        return isText(data) ? drafts(null, data.getAsString()) : drafts("application/json", data.toString());
    }

    private List<Draft> drafts(String contentType, String body) throws Refused {
        return new Drafts(contentType, parameters(), bounds).of(body.getBytes(StandardCharsets.UTF_8));
    }

    /** The idempotency key for these drafts, or null. */
    public Key key(List<Draft> drafts) throws Refused {
        String key = parameters().key();
        return key == null ? null : Key.of(key, drafts);
    }

    private Parameters parameters() throws Refused {
        Map<String, String> values = new TreeMap<>();
        for (String name : List.of("type", "from", "except", "ttl", "key")) {
            JsonElement value = members.get(name);
            if (value != null && !value.isJsonNull()) {
                if (!isText(value) && !(name.equals("ttl") && value.isJsonPrimitive())) {
                    throw Problem.BAD_PARAMETER.because(name + " must be a string");
                }
                values.put(name, value.getAsString());
            }
        }
        return new Parameters(values);
    }

    private static boolean isText(JsonElement value) {
        return value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
    }
}
