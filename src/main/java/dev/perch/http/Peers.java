// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Proxies;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;

/** Who is at the other end of a request, where there may be proxies between. */
final class Peers {
    private static final String FORWARDED = "Forwarded";
    private static final Pattern FOR = parameter("for");
    private static final Pattern HOST = parameter("host");

    private final Proxies proxies;

    Peers(Proxies proxies) {
        this.proxies = proxies;
    }

    /** A parameter of an element of {@code Forwarded} (RFC 7239 section 4). */
    private static Pattern parameter(String name) {
        return Pattern.compile("(?i)(?:^|[;,])\\s*" + name + "=(?:\"([^\"]*)\"|([^;,\\s\"]*))");
    }

    /** The address of the client, as far as it is known for certain. */
    String client(Request request) {
        String peer = Request.getRemoteAddr(request);
        if (proxies.isEmpty()) {
            return peer;
        }
        HttpFields headers = request.getHeaders();
        List<String> named = headers.contains(FORWARDED)
                ? values(FOR, headers.getValuesList(FORWARDED))
                : headers.getCSV("X-Forwarded-For", false);
        return proxies.client(peer, named);
    }

    /** The host that the client asked for: as the request names it, unless a proxy says that it was another. */
    String host(Request request) {
        String asked = request.getHttpURI().getAuthority();
        if (proxies.isEmpty() || !proxies.trust(Request.getRemoteAddr(request))) {
            return asked;
        }
        HttpFields headers = request.getHeaders();
        List<String> named = headers.contains(FORWARDED)
                ? values(HOST, headers.getValuesList(FORWARDED))
                : headers.getCSV("X-Forwarded-Host", false);
        return named.isEmpty() ? asked : named.get(named.size() - 1);
    }

    private static List<String> values(Pattern parameter, List<String> fields) {
        return parameter
                .matcher(String.join(",", fields))
                .results()
                .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                .toList();
    }
}
