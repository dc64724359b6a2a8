// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Caller;
import dev.perch.access.ClientLimits;
import dev.perch.access.Excess;
import dev.perch.access.Proxies;
import dev.perch.access.Visitor;
import dev.perch.format.Parameters;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.format.Route;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.QueueName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Request;

/** Counts what each client does, and holds up one that does too much. */
final class Turnstile {
    private static final Pattern COUNTED = Pattern.compile("/(?:mailbox|topic|reply)/.*|/broadcast|/");

    private final ClientLimits limits;
    private final Proxies proxies;
    private final Peers peers;
    private final Exchange exchange;

    Turnstile(ClientLimits limits, Proxies proxies, Exchange exchange) {
        this.limits = limits;
        this.proxies = proxies;
        this.peers = new Peers(proxies);
        this.exchange = exchange;
    }

    /** Who sends the request, if that is limited; else null. */
    Visitor visitor(Request request) {
        if (!COUNTED.matcher(Request.getPathInContext(request)).matches()) {
            return null;
        }
        InetAddress address = address(request);
        if (address == null) {
            return null;
        }
        String subject = request.getAttribute(Caller.ATTRIBUTE) instanceof Caller caller ? caller.name() : null;
        Visitor visitor = limits.visitor(address, subject);
        request.setAttribute(Visitor.ATTRIBUTE, visitor);
        return visitor;
    }

    /** Why no token of that client is looked at, or null. */
    Excess guesses(Request request) {
        InetAddress address = address(request);
        return address == null ? null : limits.guesses(address);
    }

    /** The token of that client was refused. */
    void guessed(Request request) {
        InetAddress address = address(request);
        if (address != null) {
            limits.guessed(address);
        }
    }

    /** Null where there is no such thing, as over a socket of the file system. */
    private InetAddress address(Request request) {
        try {
            if (proxies.isEmpty()) {
                return request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress peer
                        ? peer.getAddress()
                        : null;
            }
            // An address that is written out: nothing is looked up.
            return InetAddress.getByName(peers.client(request));
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Lets the request of the visitor through, after which it has to leave, or says why not. */
    Excess enter(Visitor visitor, Request request) {
        Excess excess = visitor.enters();
        if (excess != null) {
            return excess;
        }
        if (HttpMethod.POST.is(request.getMethod())) {
            excess = visitor.publishes(1);
        }
        if (excess == null && creates(request)) {
            excess = visitor.creates();
        }
        if (excess != null) {
            visitor.leaves();
        }
        return excess;
    }

    /** Whether a mailbox comes into being by the request, if nothing is wrong with it. */
    private boolean creates(Request request) {
        String method = request.getMethod();
        if (!method.equals("GET") && !method.equals("POST") && !method.equals("PUT")) {
            return false;
        }
        try {
            Route route = Route.of(Request.getPathInContext(request));
            QueueName queue = route.queue();
            return route.part() != Route.Part.STATUS && queue.isMailbox() && !exchange.has(queue.name());
        } catch (Refused e) {
            return false;
        }
    }

    /** Whether the request is for events: a browser that is refused one with a status never asks again. */
    static boolean isForEvents(Request request) {
        try {
            HttpFields headers = request.getHeaders();
            String format = new Parameters(request.getHttpURI().getQuery(), headers::get).format();
            return HttpMethod.GET.is(request.getMethod())
                    && Form.of(format, headers.get(HttpHeader.ACCEPT)) == Form.SSE;
        } catch (Refused e) {
            return false;
        }
    }

    /** What the client is told. */
    static Refused refused(Excess excess) {
        Problem problem = excess.isRate() ? Problem.TOO_FAST : Problem.TOO_MANY_WAITING;
        return problem.because(excess.advice()).with(members -> members.add("retryAfter", excess.retrySeconds()));
    }

    /** Says in the answer how much there may be. */
    static void say(Excess excess, HttpFields.Mutable headers) {
        headers.put(HttpHeader.RETRY_AFTER, excess.retrySeconds());
        headers.put("RateLimit-Policy", excess.policy());
        headers.put("RateLimit", excess.state());
    }
}
