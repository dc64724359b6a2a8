// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names by which browsers may ask for a server that asks for no tokens. A page of any site can have its own name
 * point at this machine (DNS rebinding) and is then, to the browser, of the server's origin; but it asks for the server
 * by that name. Any thread may use it.
 */
public final class Hosts {
    /** Every name will do. */
    public static final Hosts ANY = new Hosts(null);

    /** Nobody but the owner of an address can make a browser ask for it. */
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9A-Fa-f:.%\\w]+]");

    private final Set<String> names;

    private Hosts(Set<String> names) {
        this.names = names;
    }

    /**
     * Addresses, {@code localhost}, and these.
     *
     * @param listening the name or address that the server listens on
     * @param origins whose pages may use the server
     */
    public static Hosts of(String listening, Origins origins) {
        Collection<String> listed = origins.listed();
        Stream<String> hosts = listed.stream()
                .filter(origin -> origin.contains("://"))
                .map(origin -> origin.replaceFirst(".*://", "").replaceFirst(":\\d+$", ""));
        return new Hosts(Stream.concat(Stream.of(listening, "localhost"), hosts)
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet()));
    }

    /**
     * Whether a request for that host may be answered.
     *
     * @param host as the request names it, without a port; null where it names none, as no browser does
     */
    public boolean allow(String host) {
        if (names == null
                || host == null
                || names.contains(host)
                || ADDRESS.matcher(host).matches()) {
            return true;
        }
        String name = host.toLowerCase(Locale.ROOT);
        return names.contains(name) || name.endsWith(".localhost");
    }
}
