// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The forms in which a queue can be read. */
enum Form {
    /** One answer, the messages in a JSON object. */
    JSON,
    /** One answer, one message as it was published. */
    TEXT,
    /** A stream of JSON objects, a line each. */
    NDJSON,
    /** A stream of server-sent events. */
    SSE;

    /** Each begins at a comma and is gone through once, however long the field is. */
    private static final Pattern RANGE =
            Pattern.compile("(?:^|,)\\s*+([\\w*+.-]++/[\\w*+.-]++)\\s*+(?:;[^,]*?\\bq=([0-9.]++))?[^,]*+");

    /**
     * The form that is asked for by {@code format}, else by {@code Accept} (RFC 9110 section 12.5.1). A stream has to
     * be asked for by its name: a client that takes anything wants an answer that ends.
     */
    static Form of(String format, String accept) throws Refused {
        if (format != null) {
            return switch (format) {
                case "json" -> JSON;
                case "text" -> TEXT;
                case "ndjson" -> NDJSON;
                case "sse" -> SSE;
                default -> throw Problem.BAD_PARAMETER.because("format must be json, text, ndjson or sse");
            };
        }
        if (accept == null) {
            return JSON;
        }
        double json = quality(accept, "application/json", false);
        double text = quality(accept, "text/plain", false);
        double ndjson =
                Math.max(quality(accept, "application/x-ndjson", true), quality(accept, "application/ndjson", true));
        double sse = quality(accept, "text/event-stream", true);
        if (sse > 0 && sse >= Math.max(ndjson, Math.max(json, text))) {
            return SSE;
        }
        if (ndjson > 0 && ndjson >= Math.max(json, text)) {
            return NDJSON;
        }
        return text > json ? TEXT : JSON;
    }

    private static double quality(String accept, String type, boolean byName) {
        String range = type.substring(0, type.indexOf('/')) + "/*";
        double best = 0;
        int specific = byName ? 1 : -1;
        for (Matcher m = RANGE.matcher(accept); m.find(); ) {
            int fit = m.group(1).equalsIgnoreCase(type)
                    ? 2
                    : m.group(1).equals(range) ? 1 : m.group(1).equals("*/*") ? 0 : -1;
            if (fit > specific) {
                specific = fit;
                best = m.group(2) == null ? 1 : parse(m.group(2));
            }
        }
        return best;
    }

    private static double parse(String quality) {
        try {
            return Double.parseDouble(quality);
        } catch (NumberFormatException e) {
            return 1;
        }
    }
}
