// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Caller;
import dev.perch.access.Proxies;
import dev.perch.mailbox.Clocks;
import dev.perch.metrics.AccessLine;
import dev.perch.metrics.AccessLine.Outcome;
import dev.perch.metrics.AccessLog;
import jakarta.servlet.AsyncContext;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.NanoTime;

/**
 * Tells the access log of each request that has got its answer. How it came out is noted on the request by whoever
 * answers it, and only on a server that keeps the log. Sockets tell of themselves when they close.
 */
public final class RequestLines implements RequestLog {
    private final AccessLog log;
    private final Clocks clocks;
    private final Peers peers;

    /** Requests go to that log, with the client for whom these proxies ask. */
    public RequestLines(AccessLog log, Clocks clocks, Proxies proxies) {
        this.log = log;
        this.peers = new Peers(proxies);
        this.clocks = clocks;
    }

    /** A request that waited is about to be answered, with a word for how it came out. */
    static void note(AsyncContext async, String word, long parkedNanos) {
        note(ServletContextRequest.getServletContextRequest(async.getRequest()), word, parkedNanos);
    }

    /** The same for a request that is no servlet's. What was noted first stays. */
    static void note(Request request, String word, long parkedNanos) {
        if (request.getConnectionMetaData().getConnector().getServer().getRequestLog() != null
                && request.getAttribute(Outcome.ATTRIBUTE) == null) {
            request.setAttribute(Outcome.ATTRIBUTE, new Outcome(word, TimeUnit.NANOSECONDS.toMillis(parkedNanos)));
        }
    }

    @Override
    public void log(Request request, Response response) {
        if (response.getStatus() == HttpStatus.SWITCHING_PROTOCOLS_101) {
            return;
        }
        log.write(new AccessLine(
                clocks.millis(),
                peers.client(request),
                request.getAttribute(Caller.ATTRIBUTE) instanceof Caller caller ? caller.name() : null,
                request.getMethod(),
                request.getHttpURI() == null ? null : request.getHttpURI().getPathQuery(),
                request.getConnectionMetaData().getHttpVersion().asString(),
                response.getStatus(),
                Response.getContentBytesWritten(response),
                NanoTime.millisSince(request.getBeginNanoTime()),
                request.getAttribute(Outcome.ATTRIBUTE) instanceof Outcome outcome ? outcome : Outcome.NONE));
    }
}
