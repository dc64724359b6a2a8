// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Jsonp;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Cursor;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.ee11.servlet.HttpOutput;
import org.eclipse.jetty.ee11.servlet.ServletContextResponse;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/** How answers leave: never blocking, and with the fields that keep caches and browsers from doing harm. */
final class Answers {
    /** Up to here an answer is put together in one buffer; above, its pieces are sent one by one. In bytes. */
    private static final int ONE_BUFFER = 32 * 1024;

    /** What every dynamic answer says: nobody keeps it, nobody changes it, nobody runs it. One copy for all of them. */
    private static final HttpField[] FIELDS = {
        new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store, no-transform"),
        new PreEncodedHttpField(HttpHeader.PRAGMA, "no-cache"),
        new PreEncodedHttpField(HttpHeader.EXPIRES, "0"),
        new PreEncodedHttpField("X-Content-Type-Options", "nosniff"),
        new PreEncodedHttpField("Content-Security-Policy", "sandbox")
    };

    /** The request attribute under which a {@link Jsonp} lies. */
    private static final String JSONP = Jsonp.class.getName();

    private static final Logger LOG = System.getLogger(Answers.class.getName());

    private Answers() {}

    /** Adds what every dynamic answer says. */
    static void fields(HttpServletResponse response) {
        HttpFields.Mutable fields =
                ServletContextResponse.getServletContextResponse(response).getHeaders();
        if (!fields.contains(HttpHeader.CACHE_CONTROL)) {
            for (HttpField field : FIELDS) {
                fields.add(field);
            }
        }
    }

    /** Says so in place of what was said before, as on the way to a page that turns out not to be there. */
    static void fieldsAnew(HttpFields.Mutable fields) {
        for (HttpField field : FIELDS) {
            fields.put(field);
        }
    }

    /** Says where the next read begins; once for an answer. */
    static void at(HttpServletResponse response, Cursor cursor) {
        String text = cursor.toString();
        HttpFields.Mutable fields =
                ServletContextResponse.getServletContextResponse(response).getHeaders();
        fields.add(HttpHeader.ETAG, '"' + text + '"');
        fields.add("Perch-Cursor", text);
    }

    /** Sends a JSON text and completes the request. */
    static void json(AsyncContext async, int status, String json) {
        json(async, status, json, null);
    }

    /** The same for what is read with GET, which a page may want to have as a script. */
    static void jsonOrScript(AsyncContext async, int status, String json) {
        json(async, status, json, jsonp((HttpServletResponse) async.getResponse()));
    }

    private static void json(AsyncContext async, int status, String json, Jsonp jsonp) {
        HttpServletResponse response = (HttpServletResponse) async.getResponse();
        fields(response);
        response.setStatus(status);
        response.setContentType("application/json");
        ByteBuffer text = ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8));
        send(async, response, shown(response, List.of(text), jsonp), Callback.NOOP);
    }

    /** Has what is answered to this request shown as a script. */
    static void show(AsyncContext async, Jsonp jsonp) {
        async.getRequest().setAttribute(JSONP, jsonp);
    }

    /** The script as which the answer is to be shown, or null. */
    static Jsonp jsonp(HttpServletResponse response) {
        return (Jsonp) ServletContextResponse.getServletContextResponse(response)
                .getRequest()
                .getAttribute(JSONP);
    }

    /** The pieces of an answer in JSON as the request wants to have them, with their content type set. */
    static List<ByteBuffer> shown(HttpServletResponse response, List<ByteBuffer> json, Jsonp jsonp) {
        if (jsonp == null) {
            return json;
        }
        response.setContentType(Jsonp.CONTENT_TYPE);
        return jsonp.script(json);
    }

    /** Sends a problem and completes the request. */
    static void problem(AsyncContext async, Problem problem, String detail) {
        problem(async, problem.because(detail));
    }

    static void problem(AsyncContext async, Refused refused) {
        RequestLines.note(async, refused.problem().code(), 0);
        HttpServletResponse response = (HttpServletResponse) async.getResponse();
        problemFields(response, refused.problem());
        Jsonp jsonp = jsonp(response);
        List<ByteBuffer> body;
        if (jsonp == null) {
            body = List.of(ByteBuffer.wrap(refused.json().getBytes(StandardCharsets.UTF_8)));
        } else {
            // A page cannot see the status of a script, and does not run one that comes with an error.
            response.setStatus(HttpServletResponse.SC_OK);
            response.setContentType(Jsonp.CONTENT_TYPE);
            body = jsonp.script(refused);
        }
        send(async, response, body, Callback.NOOP);
    }

    /**
     * Answers for a fault of the server, which goes into the log: without an answer the request would stay open. The
     * place that another answer was about to name is not reached.
     */
    static void failed(AsyncContext async, Throwable cause) {
        HttpFields.Mutable fields = ServletContextResponse.getServletContextResponse(async.getResponse())
                .getHeaders();
        fields.remove(HttpHeader.ETAG);
        fields.remove("Perch-Cursor");
        String method = ((HttpServletRequest) async.getRequest()).getMethod();
        problem(async, Problem.INTERNAL, ProblemPages.fault(method, cause));
    }

    private static void problemFields(HttpServletResponse response, Problem problem) {
        fields(response);
        response.setStatus(problem.status());
        response.setContentType("application/problem+json");
        response.setHeader("WWW-Authenticate", problem.challenge());
        int retry = retryAfter(problem);
        if (retry > 0) {
            response.setIntHeader("Retry-After", retry);
        }
    }

    /** When it is worth another attempt, in seconds; 0 where waiting does not help. */
    static int retryAfter(Problem problem) {
        return switch (problem) {
            case MAILBOX_FULL, STORE_FULL -> 5;
            case TOO_MANY_MAILBOXES -> 60;
            case TOO_FAST -> 1;
            case TOO_MANY_WAITING -> 2;
            case DRAINING, TOO_MANY_POLLS, TOO_MANY_BODIES, STORE_UNAVAILABLE, NOT_READY -> 2;
            default -> 0;
        };
    }

    /**
     * Sends the pieces, in order, and completes the request.
     *
     * @param response that of the request, which is known to whoever has put the answer together
     * @param sent learns whether they were written
     */
    static void send(AsyncContext async, HttpServletResponse response, List<ByteBuffer> pieces, Callback sent) {
        long length = 0;
        for (ByteBuffer piece : pieces) {
            length += piece.remaining();
        }
        try {
            ServletOutputStream out = response.getOutputStream();
            if (length > ONE_BUFFER) {
                response.setContentLengthLong(length);
                out.setWriteListener(new Pieces(async, out, pieces, sent));
            } else {
                ((HttpOutput) out).sendContent(together(pieces), new Completion(async, sent));
            }
        } catch (IOException | RuntimeException e) {
            sent.failed(e);
            complete(async);
        }
    }

    /** Completes the request, unless its connection broke and the container was quicker. */
    static void complete(AsyncContext async) {
        try {
            async.complete();
        } catch (IllegalStateException e) {
            LOG.log(Logger.Level.DEBUG, "completed already", e);
        }
    }

    /** The pieces as one. */
    static ByteBuffer together(List<ByteBuffer> pieces) {
        if (pieces.size() == 1) {
            return pieces.get(0);
        }
        int length = 0;
        for (ByteBuffer piece : pieces) {
            length += piece.remaining();
        }
        ByteBuffer whole = ByteBuffer.allocate(length);
        for (ByteBuffer piece : pieces) {
            whole.put(piece);
        }
        return whole.flip();
    }

    private record Completion(AsyncContext async, Callback sent) implements Callback {
        @Override
        public void succeeded() {
            sent.succeeded();
            complete(async);
        }

        @Override
        public void failed(Throwable cause) {
            sent.failed(cause);
            complete(async);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    /** A large answer on its way: goes on whenever the client has taken some of it. */
    private static final class Pieces implements WriteListener, Invocable {
        private final AsyncContext async;
        private final ServletOutputStream out;
        private final List<ByteBuffer> pieces;
        private final Callback sent;
        private int next;

        Pieces(AsyncContext async, ServletOutputStream out, List<ByteBuffer> pieces, Callback sent) {
            this.async = async;
            this.out = out;
            this.pieces = pieces;
            this.sent = sent;
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }

        @Override
        public void onWritePossible() throws IOException {
            while (out.isReady()) {
                if (next == pieces.size()) {
                    sent.succeeded();
                    complete(async);
                    return;
                }
                out.write(pieces.get(next++));
            }
        }

        @Override
        public void onError(Throwable cause) {
            sent.failed(cause);
            complete(async);
        }
    }
}
