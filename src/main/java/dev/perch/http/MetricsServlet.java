// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Caller;
import dev.perch.access.Tokens;
import dev.perch.format.Problem;
import dev.perch.metrics.Meters;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.util.Callback;

/** {@code /metrics}: the meters in the text format of Prometheus. */
public final class MetricsServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient Tokens tokens;
    private final transient Meters meters;

    /** The servlet. */
    public MetricsServlet(Tokens tokens, Meters meters) {
        this.tokens = tokens;
        this.meters = meters;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) {
        AsyncContext async = request.startAsync();
        async.setTimeout(0);
        if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
            response.setHeader("Allow", "GET, HEAD");
            Answers.problem(async, Problem.METHOD_NOT_ALLOWED, "here are GET, HEAD");
            return;
        }
        if (!tokens.caller(request.getAttribute(Caller.ATTRIBUTE)).mayReadAll()) {
            Answers.problem(async, Rights.refused());
            return;
        }
        Answers.fields(response);
        response.setContentType("text/plain; version=0.0.4; charset=utf-8");
        ByteBuffer exposition = ByteBuffer.wrap(meters.exposition().getBytes(StandardCharsets.UTF_8));
        Answers.send(async, response, List.of(exposition), Callback.NOOP);
    }
}
