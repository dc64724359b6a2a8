// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Problem;
import dev.perch.format.Route;
import dev.perch.mailbox.Exchange;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** {@code /health/live}: the process answers. {@code /health/ready}: a message gets through. */
public final class HealthServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient Drain drain;
    private final transient Canary canary;

    /** The servlet. */
    public HealthServlet(Exchange exchange, Drain drain) {
        this.drain = drain;
        this.canary = new Canary(exchange);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) {
        AsyncContext async = request.startAsync();
        async.setTimeout(0);
        String what = request.getRequestURI();
        if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
            response.setHeader("Allow", "GET, HEAD");
            Answers.problem(async, Problem.METHOD_NOT_ALLOWED, "here are GET, HEAD");
        } else if (what.equals("/health/live")) {
            Answers.json(async, 200, "{\"live\":true}\n");
        } else if (!what.equals("/health/ready")) {
            Answers.problem(async, Problem.NOT_FOUND, "there are " + Route.PATHS);
        } else if (drain.isDraining()) {
            Answers.problem(async, Problem.DRAINING, "send requests elsewhere, or again after Retry-After");
        } else {
            canary.attempt().whenComplete((wrong, error) -> {
                if (wrong == null && error == null) {
                    Answers.json(async, 200, "{\"ready\":true}\n");
                } else {
                    Answers.problem(async, Problem.NOT_READY, String.valueOf(wrong));
                }
            });
        }
    }
}
