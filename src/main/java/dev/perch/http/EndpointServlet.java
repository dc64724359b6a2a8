// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Caller;
import dev.perch.access.Tokens;
import dev.perch.format.Jsonp;
import dev.perch.format.Parameters;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.format.Route;
import dev.perch.mailbox.Exchange;
import dev.perch.metrics.Meters;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;

/** Everything about mailboxes, topics and broadcast: finds out what is asked and hands it on. */
public final class EndpointServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient Tokens tokens;
    private final transient Drain drain;
    private final transient Meters meters;
    private final transient Publish publish;
    private final transient Reads reads;
    private final transient Upkeep upkeep;
    private final boolean jsonp;

    /** The servlet; all its parts work without blocking. */
    EndpointServlet(
            Exchange exchange, Meters meters, Publish publish, Reads reads, Drain drain, Tokens tokens, boolean jsonp) {
        this.tokens = tokens;
        this.drain = drain;
        this.meters = meters;
        this.reads = reads;
        this.jsonp = jsonp;
        this.publish = publish;
        this.upkeep = new Upkeep(exchange);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        AsyncContext async = request.startAsync();
        async.setTimeout(0);
        try {
            if (request.getMethod().equals("GET")) {
                showAsked(request, async);
            }
            route(request, async);
        } catch (Refused e) {
            meters.refused(e.problem().code());
            Answers.problem(async, e);
        } catch (RuntimeException | Error e) {
            Answers.failed(async, e);
        }
    }

    /** Whoever names a callback gets a script, or is told why not: to be ignored is hard to find out for a page. */
    private void showAsked(HttpServletRequest request, AsyncContext async) throws Refused {
        Jsonp asked = Jsonp.of(request.getQueryString());
        if (asked != null && !jsonp) {
            throw Problem.JSONP_OFF.because("start the server with --jsonp, or read JSON without callback");
        }
        if (asked != null) {
            Answers.show(async, asked);
        }
    }

    private void route(HttpServletRequest request, AsyncContext async) throws IOException, Refused {
        Route route = Route.of(request.getRequestURI());
        String method = request.getMethod();
        Caller caller = tokens.caller(request.getAttribute(Caller.ATTRIBUTE));
        Rights.check(caller, route, method);
        switch (route.part()) {
            case QUEUE, BROADCAST -> queue(request, async, route, method, caller);
            case STATUS -> {
                switch (method) {
                    case "GET", "HEAD" -> upkeep.status(async, route.queue(), caller);
                    default -> otherwise(async, route, method);
                }
            }
            case FOLLOW -> {
                switch (method) {
                    case "PUT" -> {
                        route.refuseReserved();
                        upkeep.follow(
                                async, route, new Parameters(request.getQueryString(), request::getHeader).after());
                    }
                    case "DELETE" -> {
                        route.refuseReserved();
                        upkeep.leave(async, route);
                    }
                    default -> otherwise(async, route, method);
                }
            }
        }
    }

    private void queue(HttpServletRequest request, AsyncContext async, Route route, String method, Caller caller)
            throws IOException, Refused {
        switch (method) {
            case "GET" -> {
                if (route.queue().isMailbox()) {
                    route.refuseReserved();
                }
                if (isPrefetch(request)) {
                    reads.peek(async, route.queue(), HttpServletResponse.SC_NO_CONTENT);
                } else {
                    reads.handle(request, async, route.queue(), caller);
                }
            }
            case "HEAD" -> reads.peek(async, route.queue(), HttpServletResponse.SC_OK);
            case "POST" -> {
                route.refuseReserved();
                drain.refuseWhenDraining();
                publish.handle(request, async, route.queue(), caller);
            }
            case "DELETE" -> {
                if (route.part() == Route.Part.BROADCAST) {
                    otherwise(async, route, method);
                } else {
                    route.refuseReserved();
                    upkeep.remove(async, route.queue());
                }
            }
            default -> otherwise(async, route, method);
        }
    }

    /** OPTIONS says what there is; any other method is told. */
    private static void otherwise(AsyncContext async, Route route, String method) throws Refused {
        HttpServletResponse response = (HttpServletResponse) async.getResponse();
        String methods = route.part().methods();
        response.setHeader("Allow", methods);
        if (method.equals("OPTIONS")) {
            Answers.fields(response);
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            Answers.complete(async);
            return;
        }
        String hint = route.part() == Route.Part.QUEUE || route.part() == Route.Part.BROADCAST
                ? "; to publish use POST, as curl -d does"
                : "";
        throw Problem.METHOD_NOT_ALLOWED.because("here are " + methods + hint);
    }

    /** What a browser asks for before its user does must not take messages (Fetch, the Sec-Purpose header). */
    private static boolean isPrefetch(HttpServletRequest request) {
        return mentionsPrefetch(request.getHeader("Sec-Purpose"))
                || mentionsPrefetch(request.getHeader("Purpose"))
                || mentionsPrefetch(request.getHeader("X-Moz"));
    }

    private static boolean mentionsPrefetch(String purpose) {
        return purpose != null && purpose.toLowerCase(Locale.ROOT).contains("prefetch");
    }
}
