// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import dev.perch.format.Problem.Refused;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The query of a URL, taken apart. The servlet container's own parameters are never asked for: with a form type, which
 * {@code curl -d} sends, that would read the body away. An empty parameter counts as absent.
 */
final class Query {
    /** Names at even places, each followed by its value; there are a few at most, so that a map would cost more. */
    private final List<String> values = new ArrayList<>(6);

    private Query() {}

    static Query of(String text) throws Refused {
        Query query = new Query();
        if (text != null && !text.isEmpty()) {
            for (String pair : text.split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals >= 0 && equals < pair.length() - 1) {
                    query.add(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
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
                query.add(name, value);
            }
        });
        return query;
    }

    private void add(String name, String value) {
        values.add(name);
        values.add(value);
    }

    /** The text behind percent signs and plus signs (WHATWG URL, application/x-www-form-urlencoded parsing). */
    static String decode(String text) throws Refused {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
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
        for (int i = 0; i < values.size(); i += 2) {
            if (values.get(i).equals(name)) {
                return values.get(i + 1);
            }
        }
        return null;
    }

    List<String> all(String name) {
        if (get(name) == null) {
            return List.of();
        }
        List<String> all = new ArrayList<>();
        for (int i = 0; i < values.size(); i += 2) {
            if (values.get(i).equals(name)) {
                all.add(values.get(i + 1));
            }
        }
        return all;
    }
}
