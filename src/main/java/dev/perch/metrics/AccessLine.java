// SPDX-License-Identifier: Apache-2.0
package dev.perch.metrics;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * One answered request, as the access log tells of it. Everything that the client has said is raw here and made
 * harmless when it is written.
 *
 * @param millis when it was answered, in milliseconds since 1970
 * @param client the address of whoever sent it
 * @param subject of the token that came with it, or null
 * @param method of the request
 * @param target its path and query, or null where there was none to understand
 * @param protocol its version of HTTP
 * @param status of the answer
 * @param bytes of the answer's body
 * @param tookMillis from the request to the end of the answer, in milliseconds
 * @param outcome how it came out
 */
public record AccessLine(
        long millis,
        String client,
        String subject,
        String method,
        String target,
        String protocol,
        int status,
        long bytes,
        long tookMillis,
        Outcome outcome) {
    /** Longer targets are cut off, in characters. */
    private static final int LONGEST = 1024;

    private static final String TOKEN = "access_token";
    /** What stands before something that only the one whom it is given to may know. */
    private static final String REPLY = "/reply/";

    /**
     * How a request came out.
     *
     * @param word what a read or a publish that waited ended by, or the type of the problem
     * @param parkedMillis how long it waited, in milliseconds
     */
    public record Outcome(String word, long parkedMillis) {
        /** There is nothing to tell. */
        public static final Outcome NONE = new Outcome("-", 0);

        /** The request attribute that has it until the line is written. */
        public static final String ATTRIBUTE = Outcome.class.getName();
    }

    /** The line without its end. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(160);
        line.append("time=").append(Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.MILLIS));
        line.append(" client=").append(client).append(" subject=");
        escape(subject == null ? "-" : subject, line);
        line.append(" method=");
        escape(method, line);
        line.append(" target=\"");
        escape(target == null ? "-" : discreet(target), line);
        line.append("\" protocol=").append(protocol);
        line.append(" status=").append(status).append(" bytes=").append(bytes);
        line.append(" outcome=").append(outcome.word().toLowerCase(Locale.ROOT));
        return line.append(" parked=")
                .append(outcome.parkedMillis())
                .append(" took=")
                .append(tookMillis)
                .toString();
    }

    /** The target without tokens, and without the name of a reply, whoever has which can give it. */
    private static String discreet(String target) {
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        if (path.startsWith(REPLY)) {
            path = REPLY + "-";
        }
        return question < 0 ? path : path + '?' + withoutTokens(target.substring(question + 1));
    }

    private static String withoutTokens(String query) {
        StringBuilder rest = new StringBuilder(query.length());
        for (String pair : query.split("&", -1)) {
            if (!isToken(pair)) {
                rest.append(rest.length() == 0 ? "" : "&").append(pair);
            }
        }
        return rest.toString();
    }

    /** Whatever way its name is written. */
    private static boolean isToken(String pair) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        try {
            return URLDecoder.decode(name, StandardCharsets.UTF_8).strip().equalsIgnoreCase(TOKEN);
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    /** Only visible ASCII gets into the line, and nothing that ends a quoted part. */
    private static void escape(String text, StringBuilder line) {
        for (int i = 0; i < Math.min(text.length(), LONGEST); i++) {
            char c = text.charAt(i);
            if (c > ' ' && c < 0x7f && c != '"' && c != '\\') {
                line.append(c);
            } else {
                line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        if (text.length() > LONGEST) {
            line.append("...");
        }
    }
}
