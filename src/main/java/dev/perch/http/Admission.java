// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.BadToken;
import dev.perch.access.Caller;
import dev.perch.access.Hosts;
import dev.perch.access.Origins;
import dev.perch.access.Tokens;
import dev.perch.format.Bearer;
import dev.perch.format.Jsonp;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.socket.SocketEdge;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Request;

/**
 * Who is let in to mailboxes and topics: under which name of the server, from whose pages, and with which token. Pages
 * and health are for everybody.
 */
final class Admission {
    private static final Set<String> GUARDED = Set.of("mailbox", "topic", "broadcast", "reply", "metrics");
    private static final Set<String> SAFE = Set.of("GET", "HEAD");

    private final Tokens tokens;
    private final Origins origins;
    private final Hosts hosts;
    private final Peers peers;
    private final boolean jsonp;

    Admission(Tokens tokens, HttpSettings settings) {
        this.tokens = tokens;
        this.origins = settings.origins();
        this.hosts = settings.hosts();
        this.peers = new Peers(settings.proxies());
        this.jsonp = settings.jsonp();
    }

    /** Refuses the request, or leaves its caller in it, where tokens are asked for. */
    void admit(Request request) throws Refused {
        if (!hosts.allow(request.getHttpURI().getHost())) {
            throw Problem.FOREIGN_HOST.because(
                    "without tokens the server answers to localhost and addresses only; list https://{name} with"
                            + " --cors-origin, or start it with --open");
        }
        if (!isGuarded(request)) {
            return;
        }
        if (!HttpMethod.OPTIONS.is(request.getMethod()) && isForeign(request)) {
            throw Problem.FOREIGN_ORIGIN.because(
                    "pages of other sites may not use this server unless --cors-origin names them");
        }
        if (tokens.areNeeded()) {
            request.setAttribute(Caller.ATTRIBUTE, caller(request));
        }
    }

    /** Whether the request needs a token. */
    boolean asksFor(Request request) {
        return tokens.areNeeded() && isGuarded(request);
    }

    private static boolean isGuarded(Request request) {
        String path = Request.getPathInContext(request);
        int end = path.indexOf('/', 1);
        return GUARDED.contains(end < 0 ? path.substring(1) : path.substring(1, end)) || SocketEdge.isFor(request);
    }

    /**
     * Whether a page of another site sends it. Browsers say so in {@code Origin} (RFC 6454 section 7), and where that
     * is not sent, as for a script or an image, newer ones in {@code Sec-Fetch-Site} (W3C Fetch Metadata). A read that
     * nobody can look at is refused as well, since it may take messages.
     */
    private boolean isForeign(Request request) throws Refused {
        HttpFields headers = request.getHeaders();
        String origin = headers.get(HttpHeader.ORIGIN);
        if (origin != null) {
            return !isFriendly(request, origin);
        }
        String site = headers.get("Sec-Fetch-Site");
        if (site != null && !site.equals("cross-site") && !site.equals("same-site")) {
            return false;
        }
        boolean script = jsonp
                && HttpMethod.GET.is(request.getMethod())
                && Jsonp.of(request.getHttpURI().getQuery()) != null;
        if (site == null && !script) {
            return false;
        }
        String from = SAFE.contains(request.getMethod()) ? referringOrigin(headers.get(HttpHeader.REFERER)) : null;
        if (from != null) {
            return !isFriendly(request, from);
        }
        // An old browser may not say from where a script is asked for. Then the token has to do, which its page had to
        // know.
        return site != null || !(tokens.areNeeded() || origins.isAny());
    }

    private boolean isFriendly(Request request, String origin) {
        return origins.allows(origin, peers.host(request));
    }

    /** The origin in a {@code Referer}, or null. */
    private static String referringOrigin(String referer) {
        int slashes = referer == null ? -1 : referer.indexOf("://");
        if (slashes < 0) {
            return null;
        }
        int end = referer.indexOf('/', slashes + 3);
        return end < 0 ? referer : referer.substring(0, end);
    }

    private Caller caller(Request request) throws Refused {
        String token = Bearer.of(
                request.getHeaders().getValuesList(HttpHeader.AUTHORIZATION),
                request.getHttpURI().getQuery());
        if (token == null) {
            throw Problem.TOKEN_MISSING.because(
                    "send Authorization: Bearer and a token, or access_token in the query where no header can be set");
        }
        try {
            return tokens.verify(token);
        } catch (BadToken e) {
            throw Problem.TOKEN_INVALID.because(e.getMessage());
        }
    }
}
