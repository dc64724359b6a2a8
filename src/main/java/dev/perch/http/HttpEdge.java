// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Allowance;
import dev.perch.access.Tokens;
import dev.perch.connection.Turnaround;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.Wheel;
import dev.perch.metrics.Meters;
import dev.perch.socket.SocketEdge;
import dev.perch.socket.SocketSettings;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Handler;

/**
 * The domain as a tree of handlers.
 *
 * <pre>
 * CrossOriginHandler                 where other origins are allowed
 *  +- Gate                           who is let in; refuses ambiguous paths and bodies; closes connections while draining
 *      +- SocketEdge                 requests to become a WebSocket
 *          +- OffSelector            gives a thread of its own to what may take its time
 *              +- ServletContextHandler
 *                  +- EndpointServlet    /mailbox/* /topic/* /broadcast
 *                  +- ReplyServlet       /reply/*
 *                  +- HealthServlet      /health/*
 *                  +- MetricsServlet     /metrics
 *              +- Pages                  everything else: webapp/
 * </pre>
 */
public final class HttpEdge implements AutoCloseable {
    /**
     * Ending reads is spread over this time, once for sockets and once for all others, so that their clients do not
     * come back all at once.
     */
    private static final long DRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(900);

    /** How often the drain looks whether all answers are written, every 5 ms, before it gives up on the rest. */
    private static final int PATIENCE = 600;

    private final Drain drain = new Drain();
    private final DisconnectWatch watch;
    private final SocketEdge sockets;
    private final OpenReads open;
    private final Handler handler;

    /** Puts the handlers together. */
    public HttpEdge(
            Exchange exchange,
            Wheel wheel,
            Meters meters,
            Tokens tokens,
            Turnaround turnaround,
            HttpSettings settings) {
        Allowance allowance = Allowance.ofHeap();
        SocketSettings bounds = new SocketSettings(
                settings.maxBody(),
                settings.maxParked(),
                settings.maxTopics(),
                settings.deadlines().write(),
                settings.bounds(),
                allowance);
        sockets = new SocketEdge(
                exchange, meters, tokens, bounds, this::openReads, new Peers(settings.proxies())::client);
        watch = new DisconnectWatch(turnaround.answering());
        open = new OpenReads(watch, settings.maxParked(), sockets::open);
        ServletContextHandler context = new ServletContextHandler();
        context.setContextPath("/");
        context.getServletHandler().setEnsureDefaultServlet(false);
        context.getServletHandler().setDecodeAmbiguousURIs(true);
        // There are no filters. Chains without any would be kept by path, and so for each mailbox.
        context.getServletHandler().setFilterChainsCached(false);
        context.setErrorHandler(new ProblemPages());
        Parked.Surroundings around = new Parked.Surroundings(open, wheel, meters, exchange.clocks(), settings.logged());
        Bodies bodies = new Bodies(
                settings.maxBody(), settings.bounds(), settings.deadlines().body(), wheel, allowance);
        Publish publish = new Publish(exchange, around, bodies);
        Reads reads = new Reads(exchange, around, drain, settings);
        ServletHolder endpoint = new ServletHolder(
                new EndpointServlet(exchange, meters, publish, reads, drain, tokens, settings.jsonp()));
        for (String path : new String[] {"/mailbox/*", "/topic/*", "/broadcast"}) {
            context.addServlet(endpoint, path);
        }
        context.addServlet(new ServletHolder(new ReplyServlet(tokens, exchange, meters, bodies)), "/reply/*");
        context.addServlet(new ServletHolder(new HealthServlet(exchange, drain)), "/health/*");
        context.addServlet(new ServletHolder(new MetricsServlet(tokens, meters)), "/metrics");
        sockets.setHandler(new OffSelector(new Handler.Sequence(context, new Pages()), turnaround));
        Admission admission = new Admission(tokens, settings);
        Gate gate = new Gate(
                admission,
                settings.limits().isNone() ? null : new Turnstile(settings.limits(), settings.proxies(), exchange),
                drain,
                meters,
                sockets,
                settings.jsonp());
        handler = CrossOrigin.around(gate, settings.origins());
        for (String kind : new String[] {"bare", "cursor", "topic", "receipt", "reply", Stream.KIND}) {
            meters.parked(kind, () -> open.count(kind));
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

    /** How many polls are open, and publishers that wait. */
    public int openPolls() {
        return open.count() - openStreams();
    }

    /** How many streams are open. */
    public int openStreams() {
        return (int) open.count(Stream.KIND);
    }

    /** How many sockets are open. */
    public int openSockets() {
        return sockets.open();
    }

    private int openReads() {
        return open.count();
    }

    /**
     * Takes no new requests, ends the polls and streams that are open, closes the sockets, and returns when every
     * request has its answer and every socket is closed.
     */
    public void drain() {
        drain.begin();
        sockets.refuseNew();
        open.drain(DRAIN_NANOS);
        sockets.drain(DRAIN_NANOS);
        for (int i = 0; i < PATIENCE && (drain.isBusy() || sockets.open() > 0); i++) {
            open.endAll();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
