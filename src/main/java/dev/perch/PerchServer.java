// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.access.ClientLimits;
import dev.perch.access.Tokens;
import dev.perch.access.UnusableKeys;
import dev.perch.connection.ConnectionCount;
import dev.perch.connection.Deadlines;
import dev.perch.connection.FrugalConnector;
import dev.perch.connection.Protocols;
import dev.perch.connection.SlowClients;
import dev.perch.connection.Tls;
import dev.perch.connection.Turnaround;
import dev.perch.connection.WheelScheduler;
import dev.perch.http.HttpEdge;
import dev.perch.http.ProblemPages;
import dev.perch.http.RequestLines;
import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.Store;
import dev.perch.mailbox.StoreException;
import dev.perch.mailbox.Wheel;
import dev.perch.metrics.AccessLog;
import dev.perch.metrics.Meters;
import dev.perch.store.MemoryStore;
import dev.perch.store.SqliteStore;
import java.lang.System.Logger;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** All parts of one server, put together. */
final class PerchServer implements AutoCloseable {
    private static final Logger LOG = System.getLogger(PerchServer.class.getName());
    private static final Duration SWEEP = Duration.ofSeconds(30);
    private static final Duration MONITOR = Duration.ofSeconds(1);
    private static final Duration CERTIFICATE = Duration.ofSeconds(1);
    private static final Duration KEYS = Duration.ofSeconds(2);
    private static final long SAVE_SECONDS = 3;
    private static final long IDLE_CONNECTION_MILLIS = TimeUnit.SECONDS.toMillis(30);
    private static final int BACKLOG = 4096;

    private final Config config;
    private final Server server = new Server(new QueuedThreadPool());
    /** Null without encryption. */
    private final Tls tls;

    /** Null where none is kept. */
    private final AccessLog accessLog;

    private final Turnaround turnaround = new Turnaround(server.getThreadPool());
    private final Wheel wheel;
    private final FrugalConnector connector;
    private final Tokens tokens;
    private final Store store;
    private final Exchange exchange;
    private final HttpEdge edge;
    private final SlowClients slow;
    private final Rounds rounds = new Rounds();

    PerchServer(Config config, Clocks clocks) {
        this(config, clocks, answers -> store(config, clocks, answers));
    }

    /** A server with a store of another kind, which is opened here so that it can answer through the server. */
    PerchServer(Config config, Clocks clocks, Function<Executor, Store> opening) {
        this.config = config;
        tls = config.tls.tls();
        tokens = tokens(config, clocks);
        accessLog = config.logs.accessLog();
        wheel = new Wheel(clocks.nanos(), turnaround.answering());
        connector = connector();
        store = opening.apply(turnaround.passing(connector::onSelector));
        exchange = exchange(clocks);
        Meters meters = new Meters();
        ClientLimits clients = config.clientLimits(clocks.nanos());
        edge = new HttpEdge(exchange, wheel, meters, tokens, turnaround, config.http(clients));
        meters.observe(exchange, () -> connector.getConnectedEndPoints().size());
        slow = new SlowClients(connector::getConnectedEndPoints, config.deadlines.deadlines(), clocks.nanos(), meters);
        if (!clients.isNoneForConnections()) {
            connector.getSelectorManager().addEventListener(new ConnectionCount(clients, meters));
        }
        server.addConnector(connector);
        server.setHandler(edge.handler());
        server.setErrorHandler(new ProblemPages());
        keepAccessLog(clocks, meters);
        goRounds(meters, clocks);
    }

    private void goRounds(Meters meters, Clocks clocks) {
        if (config.reads.monitor) {
            Monitor monitor =
                    new Monitor(exchange, meters, clocks, config.limits().storeBytes());
            rounds.every(MONITOR, "the monitor", monitor::tell);
        }
        if (tls != null) {
            rounds.every(CERTIFICATE, "a look at the certificate", tls::refresh);
        }
        rounds.every(KEYS, "a look at the keys for tokens", tokens::reload);
        rounds.every(Duration.ofMillis(slow.periodMillis()), "the search for slow clients", slow::look);
        rounds.every(SWEEP, "the sweep", () -> sweep(exchange));
    }

    private static Tokens tokens(Config config, Clocks clocks) {
        try {
            return new Tokens(config.access.keys(), config.access.terms(), clocks);
        } catch (UnusableKeys e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static Store store(Config config, Clocks clocks, Executor answers) {
        Limits limits = config.limits();
        return config.store.memory
                ? new MemoryStore(limits, clocks, newEpoch())
                : new SqliteStore(config.store.data, config.store.cache, limits, clocks, answers);
    }

    private void keepAccessLog(Clocks clocks, Meters meters) {
        if (accessLog != null) {
            server.setRequestLog(new RequestLines(accessLog, clocks, config.access.proxies()));
            server.addBean(accessLog, false);
            meters.observe(accessLog);
        }
    }

    /** Reads what the store has; when it cannot, nothing is left open. */
    private Exchange exchange(Clocks clocks) {
        try {
            return new Exchange(store, config.limits(), config.reads.presence(), clocks, wheel, turnaround.answering());
        } catch (StoreException e) {
            store.close();
            throw e;
        }
    }

    private static void sweep(Exchange exchange) {
        exchange.sweep().whenComplete((done, error) -> {
            if (error != null) {
                LOG.log(Logger.Level.WARNING, "the sweep failed and will be tried again", error);
            }
        });
    }

    /** Another one at each start, since what a memory store held is gone. */
    private static String newEpoch() {
        return "m" + Long.toString(new SecureRandom().nextLong() >>> 24, 36);
    }

    private FrugalConnector connector() {
        HttpConfiguration http = new HttpConfiguration();
        http.setRequestHeaderSize(config.listen.headers);
        // Jetty's own default keeps 100 kB for every connection that has sent a second request.
        http.setHeaderCacheSize(0);
        http.setSendServerVersion(false);
        http.setUriCompliance(UriCompliance.UNSAFE);
        Deadlines deadlines = config.deadlines.deadlines();
        FrugalConnector result = new FrugalConnector(
                server,
                turnaround,
                new WheelScheduler(wheel),
                tls == null ? Protocols.plain(http, deadlines) : Protocols.encrypted(http, tls, deadlines));
        result.setHost(config.listen.host);
        result.setPort(config.listen.port);
        result.setAcceptQueueSize(BACKLOG);
        result.setIdleTimeout(Math.max(IDLE_CONNECTION_MILLIS, deadlines.write().toMillis()));
        return result;
    }

    /** Begins to serve. */
    void start() throws Exception {
        wheel.start();
        edge.start();
        if (accessLog != null) {
            accessLog.start();
        }
        server.start();
    }

    /** Where it serves, with the port that it has got. */
    URI uri() {
        String host = config.listen.host.contains(":") ? "[" + config.listen.host + "]" : config.listen.host;
        return URI.create((tls == null ? "http://" : "https://") + host + ":" + connector.getLocalPort() + "/");
    }

    HttpEdge edge() {
        return edge;
    }

    /** Answers everybody who waits, then stops. */
    void stop() {
        edge.drain();
        close();
    }

    /** So that readers without a cursor go on where they are; if it takes too long they get some messages again. */
    private void savePositions() {
        try {
            exchange.sweep().toCompletableFuture().get(SAVE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Logger.Level.WARNING, "the last sweep failed: {0}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops at once. */
    @Override
    public void close() {
        rounds.close();
        wheel.close();
        LifeCycle.stop(server);
        edge.close();
        savePositions();
        store.close();
        if (accessLog != null) {
            accessLog.close();
        }
    }
}
