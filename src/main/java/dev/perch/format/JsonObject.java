// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;

/** A JSON object being written. Members whose value is null are left out. */
public final class JsonObject {
    private final JsonWriter writer;

    JsonObject(JsonWriter writer) {
        this.writer = writer;
    }

    /** A text. */
    public JsonObject add(String name, String value) throws IOException {
        if (value != null) {
            writer.name(name).value(value);
        }
        return this;
    }

    /** A number. */
    public JsonObject add(String name, long value) throws IOException {
        writer.name(name).value(value);
        return this;
    }

    /** True or false. */
    public JsonObject add(String name, boolean value) throws IOException {
        writer.name(name).value(value);
        return this;
    }

    /** A list of texts. */
    public JsonObject add(String name, Collection<String> values) throws IOException {
        writer.name(name).beginArray();
        for (String value : values) {
            writer.value(value);
        }
        writer.endArray();
        return this;
    }

    /** A list of whole numbers. */
    public JsonObject addNumbers(String name, Collection<Long> values) throws IOException {
        writer.name(name).beginArray();
        for (long value : values) {
            writer.value(value);
        }
        writer.endArray();
        return this;
    }

    /** A whole number for each of these names, as an object. */
    public JsonObject addNumbers(String name, Map<String, Long> values) throws IOException {
        return add(name, object -> {
            for (Map.Entry<String, Long> value : values.entrySet()) {
                object.add(value.getKey(), value.getValue());
            }
        });
    }

    /** An object in the object. */
    public JsonObject add(String name, Json.Members members) throws IOException {
        writer.name(name).beginObject();
        members.write(this);
        writer.endObject();
        return this;
    }

    /** A value that is JSON already. */
    JsonObject addJson(String name, String json) throws IOException {
        writer.name(name).jsonValue(json);
        return this;
    }
}
