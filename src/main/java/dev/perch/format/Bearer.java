// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import dev.perch.format.Problem.Refused;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The token that a request carries (RFC 6750 section 2): in its header, or in the query where none can be set. */
public final class Bearer {
    /** The parameter of the query. */
    public static final String PARAMETER = "access_token";

    private static final Pattern FIELD = Pattern.compile("(?i)bearer +([^ ]+) *");
    private static final Pattern IN_QUERY = Pattern.compile("(?<=[?&]" + PARAMETER + "=)[^&#]+");

    private Bearer() {}

    /**
     * The token, or null.
     *
     * @param fields the {@code Authorization} fields
     * @param query the raw query of the URL, or null
     */
    public static String of(List<String> fields, String query) throws Refused {
        if (fields.size() > 1) {
            throw Problem.TOKEN_TWICE.because("send one Authorization field");
        }
        Matcher field = FIELD.matcher(fields.isEmpty() ? "" : fields.get(0));
        String fromHeader = field.matches() ? field.group(1) : null;
        String fromQuery = Query.first(query, PARAMETER);
        if (fromHeader != null && fromQuery != null) {
            throw Problem.TOKEN_TWICE.because("send the token in the header or in the query, not in both");
        }
        return fromHeader != null ? fromHeader : fromQuery;
    }

    /** A URL, or the part of one that begins at its question mark, as it may be shown: without the token. */
    public static String hidden(String url) {
        return url.contains(PARAMETER) ? IN_QUERY.matcher(url).replaceAll("...") : url;
    }
}
