// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import dev.perch.format.Problem.Refused;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * An answer as a script that calls a function of the page with it, for browsers that can ask another origin in no other
 * way. What a script could not hold, or a page around it could take for its own, is escaped.
 *
 * @param function the name to call
 */
public record Jsonp(String function) {
    /** Named with its charset: a script without one has that of its page. */
    public static final String CONTENT_TYPE = "application/javascript;charset=utf-8";

    private static final int MAX_LENGTH = 64;
    private static final Pattern FUNCTION = Pattern.compile("[A-Za-z_$][\\w$]*(\\.[A-Za-z_$][\\w$]*)*");
    private static final byte[] LESS_THAN = ascii("\\u003c");
    private static final byte[] LINE_SEPARATOR = ascii("\\u2028");
    private static final byte[] PARAGRAPH_SEPARATOR = ascii("\\u2029");

    /**
     * What the parameter {@code callback} asks for, or null where it is absent.
     *
     * @param query the raw query of a URL, or null; the rest of it may be malformed
     */
    public static Jsonp of(String query) throws Refused {
        String function = Query.first(query, "callback");
        if (function != null
                && (function.length() > MAX_LENGTH
                        || !FUNCTION.matcher(function).matches())) {
            throw Problem.BAD_PARAMETER.because(
                    "callback must be the name of a function, of at most 64 characters, like show or app.show");
        }
        return function == null ? null : new Jsonp(function);
    }

    /** The script for an answer; its pieces are JSON, cut between characters. */
    public List<ByteBuffer> script(List<ByteBuffer> answer) {
        List<ByteBuffer> script = new ArrayList<>(answer.size() + 2);
        // The comment keeps a name from being the first bytes of another kind of file (CVE-2014-4671).
        script.add(ByteBuffer.wrap(ascii("/**/" + function + "(")));
        answer.forEach(piece -> script.add(escaped(piece)));
        ByteBuffer last = script.get(script.size() - 1);
        if (last.get(last.limit() - 1) == '\n') {
            last.limit(last.limit() - 1);
        }
        script.add(ByteBuffer.wrap(ascii(");\n")));
        return script;
    }

    /** The script for a refusal. */
    public List<ByteBuffer> script(Refused refused) {
        String object = Json.object(answer -> answer.add("problem", refused.members()));
        return script(List.of(ByteBuffer.wrap(object.getBytes(StandardCharsets.UTF_8))));
    }

    /** All of these characters stand in strings, the only place in JSON where they can. */
    private static ByteBuffer escaped(ByteBuffer piece) {
        int extra = 0;
        for (int i = piece.position(); i < piece.limit(); i++) {
            byte[] escape = escape(piece, i);
            extra += escape == null ? 0 : escape.length;
        }
        if (extra == 0) {
            return piece;
        }
        ByteBuffer escaped = ByteBuffer.allocate(piece.remaining() + extra);
        for (int i = piece.position(); i < piece.limit(); i++) {
            byte[] escape = escape(piece, i);
            if (escape == null) {
                escaped.put(piece.get(i));
            } else {
                escaped.put(escape);
                i += escape == LESS_THAN ? 0 : 2;
            }
        }
        return escaped.flip();
    }

    private static byte[] escape(ByteBuffer piece, int i) {
        byte b = piece.get(i);
        if (b == '<') {
            return LESS_THAN;
        }
        if (b != (byte) 0xE2 || i + 2 >= piece.limit() || piece.get(i + 1) != (byte) 0x80) {
            return null;
        }
        byte third = piece.get(i + 2);
        return third == (byte) 0xA8 ? LINE_SEPARATOR : third == (byte) 0xA9 ? PARAGRAPH_SEPARATOR : null;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
