// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.Wheel;
import dev.perch.metrics.Meters;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.util.resource.ResourceFactory;

/**
 * The domain as a tree of handlers.
 *
 * <pre>
 * Gate                       refuses ambiguous paths; closes connections while draining
 *  +- ServletContextHandler
 *      +- EndpointServlet    /mailbox/* /topic/* /broadcast
 *      +- HealthServlet      /health/*
 *      +- MetricsServlet     /metrics
 *      +- PageServlet        everything else: webapp/
 * </pre>
 */
public final class HttpEdge implements AutoCloseable {
    /** Answering the parked polls is spread over this time, so that their clients do not come back all at once. */
    private static final long DRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(900);

    /** How often the drain looks whether all answers are written, every 5 ms, before it gives up on the rest. */
    private static final int PATIENCE = 600;

    private final Drain drain = new Drain();
    private final DisconnectWatch watch = new DisconnectWatch();
    private final Polls polls;
    private final Handler handler;

    /** Puts the handlers together. */
    public HttpEdge(Exchange exchange, Wheel wheel, Meters meters, HttpSettings settings) {
        polls = new Polls(exchange, wheel, meters, watch, settings.maxParked(), settings.maxTopics());
        ServletContextHandler context = new ServletContextHandler();
        context.setContextPath("/");
        context.setBaseResource(ResourceFactory.of(context).newClassLoaderResource("webapp/"));
        context.getServletHandler().setDecodeAmbiguousURIs(true);
        context.setErrorHandler(new ProblemPages());
        ServletHolder endpoint =
                new ServletHolder(new EndpointServlet(exchange, meters, polls, drain, settings.maxBody()));
        for (String path : new String[] {"/mailbox/*", "/topic/*", "/broadcast"}) {
            context.addServlet(endpoint, path);
        }
        context.addServlet(new ServletHolder(new HealthServlet(exchange, drain)), "/health/*");
        context.addServlet(new ServletHolder(new MetricsServlet(meters)), "/metrics");
        ServletHolder pages = new ServletHolder("default", new PageServlet());
        pages.setInitParameter("dirAllowed", "false");
        pages.setInitParameter("cacheControl", "no-store");
        pages.setInitParameter("etags", "false");
        pages.setAsyncSupported(true);
        context.addServlet(pages, "/");
        handler = new Gate(drain, context);
        for (String kind : new String[] {"bare", "cursor", "topic"}) {
            meters.parked(kind, () -> polls.open(kind));
        }
    }

    /** What the server is to be given. */
    public Handler handler() {
        return handler;
    }

    /** Begins to watch for clients that go away. */
    public void start() {
        watch.start();
    }

    /** How many polls are open. */
    public int openPolls() {
        return polls.open();
    }

    /** Takes no new requests, answers the polls that are parked, and returns when every request has its answer. */
    public void drain() {
        drain.begin();
        polls.drain(DRAIN_NANOS);
        for (int i = 0; i < PATIENCE && drain.isBusy(); i++) {
            polls.endAll();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
