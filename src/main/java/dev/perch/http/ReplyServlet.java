// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Caller;
import dev.perch.access.Tokens;
import dev.perch.format.Drafts;
import dev.perch.format.Parameters;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Ask;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Exchange;
import dev.perch.metrics.Meters;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/**
 * {@code POST /reply/{id}}: the body is the answer to whoever asked. It is open while the server drains, since those
 * who wait for it are still there.
 */
public final class ReplyServlet extends HttpServlet {
    /** What stands before the id. */
    static final String PATH = "/reply/";

    private static final long serialVersionUID = 1L;
    private static final String METHODS = "POST, OPTIONS";

    private final transient Tokens tokens;
    private final transient Exchange exchange;
    private final transient Meters meters;
    private final transient Bodies bodies;

    /** The servlet; replies come in as messages do. */
    ReplyServlet(Tokens tokens, Exchange exchange, Meters meters, Bodies bodies) {
        this.tokens = tokens;
        this.exchange = exchange;
        this.meters = meters;
        this.bodies = bodies;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        AsyncContext async = request.startAsync();
        async.setTimeout(0);
        try {
            handle(request, response, async);
        } catch (Refused e) {
            refuse(async, e);
        } catch (RuntimeException | Error e) {
            Answers.failed(async, e);
        }
    }

    private void handle(HttpServletRequest request, HttpServletResponse response, AsyncContext async)
            throws IOException, Refused {
        Caller caller = tokens.caller(request.getAttribute(Caller.ATTRIBUTE));
        String uri = request.getRequestURI();
        String id = uri.startsWith(PATH) ? uri.substring(PATH.length()) : "";
        if (!Ask.isId(id)) {
            throw Problem.NOT_FOUND.because("a reply goes to the path that the message has in its member reply");
        }
        switch (request.getMethod()) {
            case "POST" -> {
                Parameters parameters = new Parameters(request.getQueryString(), request::getHeader);
                Drafts drafts = bodies.drafts(request, parameters, caller);
                bodies.read(request).whenComplete((body, error) -> {
                    try {
                        if (error != null) {
                            refuse(async, Bodies.refused(error));
                        } else {
                            reply(async, id, Publish.signed(drafts.of(body), caller));
                        }
                    } catch (Refused e) {
                        refuse(async, e);
                    } catch (RuntimeException | Error e) {
                        Answers.failed(async, e);
                    }
                });
            }
            case "OPTIONS" -> {
                Answers.fields(response);
                response.setHeader("Allow", METHODS);
                response.setStatus(HttpServletResponse.SC_NO_CONTENT);
                Answers.complete(async);
            }
            default -> {
                response.setHeader("Allow", METHODS);
                throw Problem.METHOD_NOT_ALLOWED.because("here are " + METHODS);
            }
        }
    }

    private void reply(AsyncContext async, String id, List<Draft> drafts) throws Refused {
        if (drafts.size() != 1) {
            throw Problem.BAD_BODY.because("a reply is one message; send one line");
        }
        if (!exchange.reply(id, drafts.get(0))) {
            throw Problem.NOBODY_ASKS.because("another reply was first, or the wait for it is over");
        }
        Answers.json(async, HttpServletResponse.SC_OK, "{\"replied\":true}\n");
    }

    private void refuse(AsyncContext async, Refused refused) {
        meters.refused(refused.problem().code());
        Answers.problem(async, refused);
    }
}
