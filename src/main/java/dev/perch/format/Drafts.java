// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Draft;
import java.io.ByteArrayOutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Makes drafts of a body, by its content type. */
public final class Drafts {
    private static final String PLAIN = "text/plain";
    private static final String TEXT = "text/plain;charset=utf-8";
    private static final String JSON = "application/json";
    private static final String FORM_FIELD = "message=";
    /**
     * It is kept with each message, and stands in a header field of answers. RFC 6838 section 4.2 has 127 + 1 + 127.
     */
    private static final int MAX_TYPE_LENGTH = 255;

    private final String declared;
    private final ContentType type;
    private final Parameters parameters;
    private final Bounds bounds;

    /**
     * How much there may be in a body.
     *
     * @param depth how deep arrays and objects may lie within each other
     * @param messages how many lines a batch may have
     */
    public record Bounds(int depth, int messages) {}

    /**
     * For bodies of this type.
     *
     * @param contentType as the publisher declares it, or null
     * @param parameters what else it says about the messages
     */
    public Drafts(String contentType, Parameters parameters, Bounds bounds) {
        this.bounds = bounds;
        this.declared = contentType;
        this.type = ContentType.parse(contentType);
        this.parameters = parameters;
    }

    /** The messages in the body: one, or with NDJSON one a line. */
    public List<Draft> of(byte[] body) throws Refused {
        if (declared != null && declared.length() > MAX_TYPE_LENGTH) {
            throw Problem.UNSUPPORTED.because("a content type has at most " + MAX_TYPE_LENGTH + " characters");
        }
        if (type.isNdjson()) {
            return lines(Json.unmarked(text(body)));
        }
        if (type.isJson()) {
            return List.of(json(body));
        }
        if (type.isForm()) {
            String text = text(body);
            String message = text.startsWith(FORM_FIELD) ? field(text) : text;
            return List.of(draft(TEXT, message.getBytes(StandardCharsets.UTF_8)));
        }
        if (type.isText()) {
            text(body);
            return List.of(draft(declaredText(), body));
        }
        return List.of(draft(declared, body));
    }

    /** The type as it was declared, with the charset in which the body was understood. */
    private String declaredText() {
        if (declared == null || declared.isBlank() || declared.equals(PLAIN)) {
            // One text for all messages that keep it, and not one for each.
            return TEXT;
        }
        return type.charset() == null ? declared + ";charset=utf-8" : declared;
    }

    private Draft json(byte[] body) throws Refused {
        if (!type.isUtf8()) {
            throw Problem.UNSUPPORTED.because("JSON is sent as UTF-8 (RFC 8259 section 8.1)");
        }
        String text = Json.unmarked(text(body));
        check(text, "");
        return draft(declared, text.getBytes(StandardCharsets.UTF_8));
    }

    private List<Draft> lines(String text) throws Refused {
        List<Draft> drafts = new ArrayList<>();
        int number = 0;
        for (int from = 0; from < text.length(); ) {
            int end = text.indexOf('\n', from);
            end = end < 0 ? text.length() : end;
            number++;
            String line = text.substring(from, end).strip();
            if (!line.isEmpty()) {
                if (drafts.size() == bounds.messages()) {
                    throw Problem.TOO_LARGE.because("a batch may have " + bounds.messages()
                            + " messages; send it in parts, or raise --batch-messages");
                }
                check(line, "line " + number + ": ");
                drafts.add(draft(JSON, line.getBytes(StandardCharsets.UTF_8)));
            }
            from = end + 1;
        }
        if (drafts.isEmpty()) {
            throw Problem.BAD_BODY.because("there is no line with a JSON value in it");
        }
        return drafts;
    }

    private void check(String text, String where) throws Refused {
        try {
            Json.check(text, bounds.depth());
        } catch (Json.MalformedJson e) {
            throw Problem.BAD_BODY.because(where + "not JSON, " + e.getMessage()
                    + "; mend it, or send text/plain to have it delivered as text");
        }
    }

    private String text(byte[] body) throws Refused {
        try {
            return type.decode(body);
        } catch (CharacterCodingException e) {
            String charset = type.charset() == null ? "UTF-8" : type.charset();
            throw Problem.BAD_BODY.because("the text is not valid " + charset
                    + "; name its charset in Content-Type, or send bytes as application/octet-stream");
        } catch (IllegalArgumentException e) {
            throw Problem.UNSUPPORTED.because("the charset is not known; send UTF-8");
        }
    }

    /** The field {@code message} of a form, which is in the charset that the form is in. */
    private String field(String form) throws Refused {
        int end = form.indexOf('&');
        String raw = form.substring(FORM_FIELD.length(), end < 0 ? form.length() : end);
        return text(unescaped(raw.getBytes(type.encoding())));
    }

    /** The bytes behind percent signs and plus signs. */
    private static byte[] unescaped(byte[] raw) throws Refused {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length);
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] != '%') {
                bytes.write(raw[i] == '+' ? ' ' : raw[i]);
                continue;
            }
            if (i + 2 >= raw.length || !HexFormat.isHexDigit(raw[i + 1]) || !HexFormat.isHexDigit(raw[i + 2])) {
                throw Problem.BAD_BODY.because("in a form a percent sign must be followed by two hexadecimal digits;"
                        + " encode it, as curl --data-urlencode does, or send text/plain");
            }
            bytes.write(HexFormat.fromHexDigit(raw[++i]) << 4 | HexFormat.fromHexDigit(raw[++i]));
        }
        return bytes.toByteArray();
    }

    private Draft draft(String contentType, byte[] body) throws Refused {
        return new Draft(
                contentType,
                body,
                parameters.type(),
                parameters.name("from"),
                parameters.name("except"),
                null,
                parameters.ttlSeconds());
    }
}
