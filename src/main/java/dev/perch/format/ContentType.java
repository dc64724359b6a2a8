// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A media type (RFC 9110 section 8.3), taken apart as far as Perch needs it.
 *
 * @param essence type and subtype in lower case
 * @param charset the name in its {@code charset} parameter, or null
 */
public record ContentType(String essence, String charset) {
    /** What stands in a text for bytes that were none (Unicode, U+FFFD). */
    private static final char REPLACEMENT = '\uFFFD';

    /** JSON lines are not registered under any name; these are in use. */
    private static final Set<String> NDJSON =
            Set.of("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines");

    private static final Set<String> ACTIVE_SUBTYPES =
            Set.of("html", "xml", "xsl", "javascript", "ecmascript", "css", "jscript");

    /** What most messages have, by the field value: it is asked for again for each of them. */
    private static final Map<String, ContentType> USUAL = Stream.of(
                    "text/plain",
                    "text/plain;charset=utf-8",
                    "text/plain; charset=utf-8",
                    "text/plain;charset=UTF-8",
                    "application/json",
                    "application/x-www-form-urlencoded")
            .collect(Collectors.toUnmodifiableMap(value -> value, ContentType::takenApart));

    /** Takes a field value apart; null and the empty text stand for plain text. */
    public static ContentType parse(String value) {
        ContentType usual = value == null ? null : USUAL.get(value);
        return usual == null ? takenApart(value) : usual;
    }

    private static ContentType takenApart(String value) {
        if (value == null || value.isBlank()) {
            return new ContentType("text/plain", null);
        }
        if (value.indexOf(';') < 0) {
            return new ContentType(value.strip().toLowerCase(Locale.ROOT), null);
        }
        String[] parts = value.split(";", -1);
        String charset = null;
        for (int i = 1; i < parts.length; i++) {
            String[] parameter = parts[i].split("=", 2);
            if (parameter.length == 2 && parameter[0].strip().equalsIgnoreCase("charset")) {
                charset = parameter[1].strip().replace("\"", "");
            }
        }
        return new ContentType(parts[0].strip().toLowerCase(Locale.ROOT), charset);
    }

    /** Whether it is JSON, by its own name or by its suffix (RFC 6839). */
    public boolean isJson() {
        return essence.equals("application/json") || essence.endsWith("+json");
    }

    /** Whether the body is text for Perch: a form is too, since that is what {@code curl -d} sends. */
    public boolean isText() {
        return essence.startsWith("text/") || isForm();
    }

    /** Whether it names no charset but UTF-8, which it is without a name, too. */
    public boolean isUtf8() {
        return charset == null || charset.equalsIgnoreCase("utf-8") || charset.equalsIgnoreCase("utf8");
    }

    /**
     * The charset that is named, else UTF-8.
     *
     * @throws IllegalArgumentException when no such charset is known
     */
    Charset encoding() {
        return charset == null ? StandardCharsets.UTF_8 : Charset.forName(charset);
    }

    /** Whether it is what an HTML form, and {@code curl -d}, sends. */
    public boolean isForm() {
        return essence.equals("application/x-www-form-urlencoded");
    }

    /** Whether it is one JSON value a line. */
    public boolean isNdjson() {
        return NDJSON.contains(essence);
    }

    /** Whether a browser could run what is in it as a part of our origin: HTML, XML, SVG, scripts. */
    public boolean isActive() {
        String subtype = essence.substring(essence.indexOf('/') + 1);
        return ACTIVE_SUBTYPES.stream().anyMatch(subtype::contains);
    }

    /**
     * The field value for a body that was declared so: as it is, or plain text in place of what a browser could run.
     */
    public static String harmless(String declared) {
        ContentType type = parse(declared);
        String charset = type.charset() == null ? "utf-8" : type.charset();
        return type.isActive() ? "text/plain;charset=" + charset : declared;
    }

    /**
     * The body as text, in the charset that is named, else UTF-8.
     *
     * @throws CharacterCodingException when the bytes are none in that charset
     * @throws IllegalArgumentException when no such charset is known
     */
    public String decode(byte[] body) throws CharacterCodingException {
        Charset set = encoding();
        if (set.equals(StandardCharsets.UTF_8)) {
            // Much quicker; only what was replaced, or had that character before, needs a closer look.
            String text = new String(body, StandardCharsets.UTF_8);
            if (text.indexOf(REPLACEMENT) < 0) {
                return text;
            }
        }
        return set.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    }
}
