// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Excess;
import dev.perch.access.Visitor;
import dev.perch.format.Jsonp;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.metrics.Meters;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The first to see a request. It asks who sends it and whether that one is let in. Paths that different programs
 * resolve differently go no further: what is decoded twice, or shortened on the way, must not name something else than
 * it seems to. Nor do bodies whose end different programs may see in different places. While the server drains, every
 * answer closes its connection, so that its client comes back elsewhere.
 */
public final class Gate extends Handler.Wrapper {
    /** Dot segments, empty segments, encoded dots, slashes, backslashes, percents and controls, path parameters. */
    private static final Pattern AMBIGUOUS =
            Pattern.compile("(?i).*(?:/\\.{1,2}(?:/|$)|//|%2e|%2f|%5c|%25|%[01][0-9a-f]|%7f|\\\\|;).*", Pattern.DOTALL);

    private static final Pattern NAMED = Pattern.compile("/(?:mailbox|topic)(?:/.*)?", Pattern.DOTALL);

    /**
     * The one coding that says where a body ends (RFC 9112 section 6.1). A list of several ends with it as well, but
     * not every proxy reads one as a list.
     */
    private static final String CHUNKED = "chunked";

    private final Admission admission;
    /** Null where no client is limited. */
    private final Turnstile turnstile;

    private final Drain drain;
    private final Meters meters;
    private final boolean jsonp;

    /** In front of that handler. */
    Gate(Admission admission, Turnstile turnstile, Drain drain, Meters meters, Handler inner, boolean jsonp) {
        super(inner);
        this.admission = admission;
        this.turnstile = turnstile;
        this.drain = drain;
        this.meters = meters;
        this.jsonp = jsonp;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (drain.isDraining()) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        HttpField coding = request.getHeaders().getField(HttpHeader.TRANSFER_ENCODING);
        if (coding != null && !CHUNKED.equalsIgnoreCase(coding.getValue())) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
            String detail = "Transfer-Encoding must be chunked and nothing else";
            refuse(request, response, callback, Problem.BAD_REQUEST.because(detail));
            return true;
        }
        String path = request.getHttpURI().getPath();
        if (path == null || !path.startsWith("/") || !(isPlain(path) || isClear(path))) {
            Problem problem = path != null && NAMED.matcher(path).matches() ? Problem.BAD_NAME : Problem.BAD_PATH;
            String detail = "a path has no dot segments, empty parts, semicolons or encoded slashes, dots and controls";
            refuse(request, response, callback, problem.because(detail));
            return true;
        }
        if (!isAdmitted(request, response, callback)) {
            return true;
        }
        Visitor visitor = turnstile == null ? null : turnstile.visitor(request);
        Excess excess = visitor == null ? null : turnstile.enter(visitor, request);
        if (excess != null) {
            if (!Turnstile.isForEvents(request)) {
                Turnstile.say(excess, response.getHeaders());
                refuse(request, response, callback, Turnstile.refused(excess));
                return true;
            }
            request.setAttribute(Excess.ATTRIBUTE, excess);
            visitor = null;
        }
        drain.count(1);
        Callback counted = Callback.from(
                visitor == null ? callback : Callback.from(callback, visitor::leaves), () -> drain.count(-1));
        boolean handled = false;
        try {
            handled = super.handle(request, response, counted);
            return handled;
        } finally {
            if (!handled) {
                if (visitor != null) {
                    visitor.leaves();
                }
                drain.count(-1);
            }
        }
    }

    /** Most paths need no closer look: they have nothing in them but name characters, and slashes one at a time. */
    private static boolean isPlain(String path) {
        boolean slash = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letter && c != '-' && c != '_' && (slash || (c != '/' && c != '.'))) {
                return false;
            }
            slash = c == '/';
        }
        return true;
    }

    private static boolean isClear(String path) {
        return !AMBIGUOUS.matcher(path).matches();
    }

    /** Whether the request goes on; else it is answered. Who has sent many bad tokens waits before the next is read. */
    private boolean isAdmitted(Request request, Response response, Callback callback) {
        Excess guesses = turnstile == null || !admission.asksFor(request) ? null : turnstile.guesses(request);
        if (guesses != null) {
            Turnstile.say(guesses, response.getHeaders());
            refuse(request, response, callback, Turnstile.refused(guesses));
            return false;
        }
        try {
            admission.admit(request);
            return true;
        } catch (Refused e) {
            if (turnstile != null && e.problem() == Problem.TOKEN_INVALID) {
                turnstile.guessed(request);
            }
            refuse(request, response, callback, e);
            return false;
        }
    }

    private void refuse(Request request, Response response, Callback callback, Refused refused) {
        meters.refused(refused.problem().code());
        try {
            Jsonp asked = jsonp ? Jsonp.of(request.getHttpURI().getQuery()) : null;
            if (asked != null && HttpMethod.GET.is(request.getMethod())) {
                ProblemPages.write(response, callback, asked, refused);
                return;
            }
        } catch (Refused e) {
            // Without a function that can be called it is told as to everybody else.
        }
        ProblemPages.write(response, callback, refused);
    }
}
