// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import dev.perch.format.Problem.Refused;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The query of a URL, taken apart. The servlet container's own parameters are never asked for: with a form type, which
 * {@code curl -d} sends, that would read the body away. An empty parameter counts as absent.
 */
final class Query {
    private final Map<String, List<String>> values = new TreeMap<>();

    private Query() {}

    static Query of(String text) throws Refused {
        Query query = new Query();
        if (text != null && !text.isEmpty()) {
            for (String pair : text.split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals >= 0 && equals < pair.length() - 1) {
                    query.values
                            .computeIfAbsent(decode(pair.substring(0, equals)), name -> new ArrayList<>(1))
                            .add(decode(pair.substring(equals + 1)));
                }
            }
        }
        return query;
    }

    /** The same from values that were given elsewhere; an empty one counts as absent here, too. */
    static Query of(Map<String, String> given) {
        Query query = new Query();
        given.forEach((name, value) -> {
            if (!value.isEmpty()) {
                query.values.put(name, List.of(value));
            }
        });
        return query;
    }

    /** The text behind percent signs and plus signs (WHATWG URL, application/x-www-form-urlencoded parsing). */
    static String decode(String text) throws Refused {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Problem.BAD_PARAMETER.because("a percent sign must be followed by two hexadecimal digits");
        }
    }

    /** The first value of a parameter that is not empty, or null, whatever the rest of the query is. */
    static String first(String text, String name) throws Refused {
        if (text == null || !text.contains(name)) {
            return null;
        }
        for (String pair : text.split("&", -1)) {
            if (pair.startsWith(name + "=") && pair.length() > name.length() + 1) {
                return decode(pair.substring(name.length() + 1));
            }
        }
        return null;
    }

    /** The first value, or null. */
    String get(String name) {
        List<String> all = values.get(name);
        return all == null ? null : all.get(0);
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }
}
