// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The web origins (RFC 6454) whose pages may use this server from within a browser, besides its own. Any thread may use
 * it.
 */
public final class Origins {
    /** Stands for every origin. */
    public static final String ANY = "*";

    private static final Pattern FORM = Pattern.compile("\\*|null|[A-Za-z][A-Za-z0-9+.-]*://[^/?#\\s,;@*]+");
    private static final Pattern USUAL_PORT =
            Pattern.compile("(?<=^http://[^:]{1,255}):80$|(?<=^https://[^:]{1,255}):443$");

    private final Set<String> listed;

    /** Those in the list; none when it is empty. */
    public Origins(Collection<String> origins) {
        listed = origins.stream().map(Origins::normal).collect(Collectors.toUnmodifiableSet());
    }

    /** Whether the text can stand in the list: {@code *}, or scheme, host and perhaps port, as browsers send them. */
    public static boolean isOrigin(String text) {
        return FORM.matcher(text).matches();
    }

    /** As a browser writes it (RFC 6454 section 6.2). */
    private static String normal(String origin) {
        return USUAL_PORT.matcher(origin.toLowerCase(Locale.ROOT)).replaceFirst("");
    }

    /** Whether no page but the server's own may use it. */
    public boolean isEmpty() {
        return listed.isEmpty();
    }

    /** Whether every page may use it. */
    public boolean isAny() {
        return listed.contains(ANY);
    }

    /** The origins that are listed, in their normal form; without a meaning when {@link #isAny}. */
    public Set<String> listed() {
        return listed;
    }

    /** Whether a page of that origin, as its browser names it, may use the server. */
    public boolean allows(String origin) {
        return isAny() || listed.contains(normal(origin));
    }

    /**
     * Whether a request may be carried out that a browser sends without asking first, such as an upgrade to WebSocket
     * (RFC 6455 section 10.2): it comes from no page, or from one of the server's own, or from one that is allowed.
     *
     * @param origin the {@code Origin} field, or null where there is none: then no browser sends it
     * @param host the {@code Host} field or the authority of the request, or null
     */
    public boolean allows(String origin, String host) {
        return origin == null || isOwn(origin, host) || allows(origin);
    }

    /** The scheme is left aside: behind a proxy that ends the encryption it differs. */
    private static boolean isOwn(String origin, String host) {
        int slashes = origin.indexOf("://");
        return host != null && slashes > 0 && origin.substring(slashes + 3).equalsIgnoreCase(host);
    }
}
