// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.Objects;

/** JSON texts (RFC 8259): checked, made compact, and written. */
public final class Json {
    private static final int USUAL_LENGTH = 128;
    /** What some programs put before a text (Unicode, U+FEFF); JSON has none (RFC 8259 section 8.1). */
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private Json() {}

    /** What fills in a JSON object. */
    @FunctionalInterface
    public interface Members {
        /** Writes names and values. */
        void write(JsonObject object) throws IOException;
    }

    /**
     * Checks that the text is one JSON value.
     *
     * @param depth how deep arrays and objects may lie within each other
     * @throws MalformedJson with a sentence that says where it is not
     */
    public static void check(String text, int depth) throws MalformedJson {
        if (isMarked(text)) {
            // Gson would read over it, and readers who are handed it could not.
            throw new MalformedJson("it begins with a byte order mark");
        }
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            reader.setNestingLimit(depth);
            do {
                step(reader);
            } while (reader.peek() != JsonToken.END_DOCUMENT);
        } catch (IOException | IllegalStateException e) {
            throw new MalformedJson(reason(e));
        }
    }

    /**
     * The value that a text stands for.
     *
     * @param depth how deep arrays and objects may lie within each other
     * @throws MalformedJson with a sentence that says where it is not JSON
     */
    static JsonElement parse(String text, int depth) throws MalformedJson {
        check(text, depth);
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setNestingLimit(depth);
            return JsonParser.parseReader(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text without the byte order mark with which a body may begin. */
    static String unmarked(String body) {
        return isMarked(body) ? body.substring(1) : body;
    }

    private static boolean isMarked(String text) {
        return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
    }

    private static void step(JsonReader reader) throws IOException {
        switch (reader.peek()) {
            case BEGIN_ARRAY -> reader.beginArray();
            case END_ARRAY -> reader.endArray();
            case BEGIN_OBJECT -> reader.beginObject();
            case END_OBJECT -> reader.endObject();
            case BOOLEAN, NULL -> reader.skipValue();
            case NAME -> read(reader.nextName());
            case STRING, NUMBER -> read(reader.nextString());
            default -> throw new IllegalStateException("the text ends too early");
        }
    }

    /** Only what is read, not what is skipped, is checked to the last character. */
    private static void read(String part) {
        Objects.requireNonNull(part);
    }

    /** What Gson says, without its advice to its own callers. */
    private static String reason(Exception e) {
        String message = e.getMessage() == null ? "the text ends too early" : e.getMessage();
        return message.lines().findFirst().orElse("").replaceFirst("Use JsonReader.*? to accept ", "");
    }

    /** The same value without white space between its parts; the text must have passed {@link #check}. */
    static String compact(String text) {
        StringBuilder compact = new StringBuilder(text.length());
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '\\') {
                compact.append(c).append(text.charAt(++i));
                continue;
            }
            quoted ^= c == '"';
            if (quoted || (c != ' ' && c != '\n' && c != '\r' && c != '\t')) {
                compact.append(c);
            }
        }
        return compact.toString();
    }

    /** A JSON object on one line. */
    public static String object(Members members) {
        return object(USUAL_LENGTH, members);
    }

    /** The same, quicker where it has about so many characters. */
    static String object(int length, Members members) {
        StringBuilder text = new StringBuilder(length);
        try (JsonWriter writer = new JsonWriter(new Into(text))) {
            writer.setHtmlSafe(false);
            writer.setSerializeNulls(false);
            writer.beginObject();
            members.write(new JsonObject(writer));
            writer.endObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** Writes into a text of one thread: the lock of a {@link java.io.StringWriter} would be taken for each part. */
    private static final class Into extends Writer {
        private final StringBuilder text;

        Into(StringBuilder text) {
            this.text = text;
        }

        @Override
        public void write(int c) {
            text.append((char) c);
        }

        @Override
        public void write(String whole, int from, int count) {
            text.append(whole, from, from + count);
        }

        @Override
        public void write(char[] whole, int from, int count) {
            text.append(whole, from, count);
        }

        @Override
        public void flush() {
            // All of it is there at once.
        }

        @Override
        public void close() {
            // The text stays.
        }
    }

    /** A text that is no JSON. */
    public static final class MalformedJson extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedJson(String message) {
            super(message);
        }
    }
}
