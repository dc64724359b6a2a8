// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Jsonp;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.format.Route;
import java.lang.System.Logger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Makes problems of the errors that the HTTP server finds itself. Nothing of its insides is told to the client. */
public final class ProblemPages extends ErrorHandler {
    private static final Logger LOG = System.getLogger(ProblemPages.class.getName());

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Throwable cause = (Throwable) request.getAttribute(ERROR_EXCEPTION);
        int status = response.getStatus();
        if (status == 500 && cause instanceof HttpException http) {
            status = http.getCode();
        }
        if (status == HttpStatus.NOT_MODIFIED_304) {
            // The server takes the same way for it, and it is no problem: the browser has the page.
            response.write(true, null, callback);
            return true;
        }
        // What the server says of HTTP/2.0 in a request line; sockets do not come this way.
        Problem problem = status == HttpStatus.UPGRADE_REQUIRED_426 ? Problem.VERSION : Problem.of(status);
        if (response.getHeaders().contains(HttpHeader.ACCESS_CONTROL_ALLOW_ORIGIN)) {
            // The server drops this one from an answer that turns into an error.
            response.getHeaders().put(HttpHeader.VARY, "Origin");
        }
        write(response, callback, problem.because(detail(problem, request, cause)));
        return true;
    }

    private static String detail(Problem problem, Request request, Throwable cause) {
        return switch (problem) {
            case NOT_FOUND -> "there are " + Route.PATHS;
            case METHOD_NOT_ALLOWED -> "pages are read with GET; to publish use POST /mailbox/{name}";
            case HEADERS_TOO_LARGE -> "send fewer or shorter header fields";
            case URL_TOO_LONG -> "send a shorter URL; long values go into the body";
            case VERSION -> "send HTTP/1.1 or HTTP/2";
            case INTERNAL -> fault(request.getMethod(), cause);
            default -> "check the request line, the header fields and the framing of the body";
        };
    }

    /** Logs a fault of the server, and returns what its client is told. */
    static String fault(String method, Throwable cause) {
        String reference = Long.toString(ThreadLocalRandom.current().nextLong() >>> 1, 36);
        boolean quiet = cause instanceof EofException || cause instanceof QuietException;
        LOG.log(
                quiet ? Logger.Level.DEBUG : Logger.Level.ERROR,
                "request failed reference=" + reference + " method=" + method,
                cause);
        return "it is not your fault; the log has the cause under " + reference;
    }

    static void write(Response response, Callback callback, Refused refused) {
        RequestLines.note(response.getRequest(), refused.problem().code(), 0);
        response.setStatus(refused.problem().status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/problem+json");
        response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, refused.problem().challenge());
        Answers.fieldsAnew(response.getHeaders());
        byte[] body = refused.json().getBytes(StandardCharsets.UTF_8);
        response.write(true, ByteBuffer.wrap(body), callback);
    }

    /** Writes the problem as a script, with the status that lets a browser run it. */
    static void write(Response response, Callback callback, Jsonp jsonp, Refused refused) {
        RequestLines.note(response.getRequest(), refused.problem().code(), 0);
        response.setStatus(HttpStatus.OK_200);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Jsonp.CONTENT_TYPE);
        Answers.fieldsAnew(response.getHeaders());
        response.write(true, Answers.together(jsonp.script(refused)), callback);
    }
}
