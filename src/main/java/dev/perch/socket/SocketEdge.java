// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import dev.perch.access.Caller;
import dev.perch.access.Tokens;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Exchange;
import dev.perch.metrics.AccessLine;
import dev.perch.metrics.AccessLog;
import dev.perch.metrics.Meters;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.Configuration;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.WebSocketExtensionRegistry;
import org.eclipse.jetty.websocket.core.server.WebSocketMappings;
import org.eclipse.jetty.websocket.core.server.WebSocketNegotiator;

/** Where requests for sockets are sorted out and answered; all others go on to the next handler. Knows what is open. */
public final class SocketEdge extends Handler.Wrapper {
    private static final int RETRY_SECONDS = 2;

    private final Exchange exchange;
    private final Meters meters;
    private final SocketSettings settings;
    private final Tokens tokens;
    private final IntSupplier otherReads;
    private final Function<Request, String> clients;
    private final Configuration.ConfigurationCustomizer configuration = new Configuration.ConfigurationCustomizer();
    private final Set<OpenSocket> open = ConcurrentHashMap.newKeySet();
    private WebSocketMappings mappings;
    /** Null where none is kept. */
    private AccessLog accessLog;

    private volatile boolean draining;

    /**
     * An edge without sockets.
     *
     * @param tokens which tell who opens a socket
     * @param otherReads how many reads are open that are no sockets
     * @param clients tells the address of whoever sends a request
     */
    public SocketEdge(
            Exchange exchange,
            Meters meters,
            Tokens tokens,
            SocketSettings settings,
            IntSupplier otherReads,
            Function<Request, String> clients) {
        this.exchange = exchange;
        this.meters = meters;
        this.settings = settings;
        this.tokens = tokens;
        this.otherReads = otherReads;
        this.clients = clients;
        // Silence is ended by pings, which know the difference between a quiet client and one that is gone.
        configuration.setIdleTimeout(Duration.ZERO);
        meters.parked("socket", open::size);
    }

    @Override
    protected void doStart() throws Exception {
        // Without any extension: compression would cost every socket a window, and lets small frames unfold to large.
        WebSocketExtensionRegistry extensions = new WebSocketExtensionRegistry();
        List.copyOf(extensions.getAvailableExtensionNames()).forEach(extensions::unregister);
        mappings = new WebSocketMappings(new WebSocketComponents(
                extensions,
                null,
                getServer().getByteBufferPool(),
                null,
                null,
                getServer().getThreadPool()));
        accessLog = getServer().getBean(AccessLog.class);
        super.doStart();
    }

    /** Whether the request asks for a socket. */
    public static boolean isFor(Request request) {
        return Upgrade.isAsked(request);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!Upgrade.isAsked(request)) {
            return super.handle(request, response, callback);
        }
        try {
            if (draining) {
                throw Problem.DRAINING.because("open the socket again after Retry-After; cursors stay as they are");
            }
            if (open.size() + otherReads.getAsInt() >= settings.maxOpen()) {
                throw Problem.TOO_MANY_POLLS.because("try again after Retry-After");
            }
            Caller caller = tokens.caller(request.getAttribute(Caller.ATTRIBUTE));
            Upgrade upgrade = Upgrade.of(request, caller, exchange, meters, settings.maxTopics());
            upgrade(upgrade, request, response, callback);
        } catch (Refused e) {
            meters.refused(e.problem().code());
            refuse(response, callback, e);
        }
        return true;
    }

    private void upgrade(Upgrade upgrade, Request request, Response response, Callback callback) throws Refused {
        WebSocketNegotiator negotiator = (asked, answered, done) -> {
            answered.setAcceptedSubProtocol(upgrade.subprotocol());
            return new OpenSocket(
                    this, upgrade, settings, farewell(request, upgrade.reads().caller()));
        };
        if (!mappings.upgrade(negotiator, new WithoutQuery(request), response, callback, configuration)) {
            throw Problem.BAD_REQUEST.because("the WebSocket handshake is not valid (RFC 6455 section 4.2.1)");
        }
    }

    /** The library takes a query apart as well, and fails of what browsers leave unescaped, such as braces. */
    private static final class WithoutQuery extends Request.Wrapper {
        private final HttpURI uri;

        WithoutQuery(Request request) {
            super(request);
            uri = HttpURI.build(request.getHttpURI()).query(null).asImmutable();
        }

        @Override
        public HttpURI getHttpURI() {
            return uri;
        }
    }

    /** What tells the access log of the socket when it closes; the request itself is not kept so long. */
    private IntConsumer farewell(Request request, Caller caller) {
        if (accessLog == null) {
            return code -> {};
        }
        AccessLog log = accessLog;
        Clocks clocks = exchange.clocks();
        long begun = clocks.nanoTime();
        String client = clients.apply(request);
        String target = request.getHttpURI().getPathQuery();
        return code -> {
            long millis = TimeUnit.NANOSECONDS.toMillis(clocks.nanoTime() - begun);
            AccessLine.Outcome outcome = new AccessLine.Outcome(Integer.toString(code), millis);
            log.write(new AccessLine(
                    clocks.millis(), client, caller.name(), "GET", target, "websocket", 101, 0, millis, outcome));
        };
    }

    private void refuse(Response response, Callback callback, Refused refused) {
        Problem problem = refused.problem();
        if (accessLog != null) {
            response.getRequest().setAttribute(AccessLine.Outcome.ATTRIBUTE, new AccessLine.Outcome(problem.code(), 0));
        }
        HttpFields.Mutable headers = response.getHeaders();
        response.setStatus(problem.status());
        headers.put(HttpHeader.CONTENT_TYPE, "application/problem+json");
        headers.put(HttpHeader.CACHE_CONTROL, "no-store, no-transform");
        headers.put(new HttpField("X-Content-Type-Options", "nosniff"));
        headers.put(HttpHeader.WWW_AUTHENTICATE, problem.challenge());
        if (problem == Problem.UPGRADE_REQUIRED) {
            headers.put(HttpHeader.SEC_WEBSOCKET_VERSION, Upgrade.VERSION);
        }
        if (problem.status() == 503) {
            headers.put(HttpHeader.RETRY_AFTER, RETRY_SECONDS);
        }
        byte[] body = refused.json().getBytes(StandardCharsets.UTF_8);
        response.write(true, ByteBuffer.wrap(body), callback);
    }

    /** How many sockets are open. */
    public int open() {
        return open.size();
    }

    /** From now on no socket is opened. */
    public void refuseNew() {
        draining = true;
    }

    /** Ends every socket that is open now, spread over that time. */
    public void drain(long nanos) {
        List<OpenSocket> sockets = new ArrayList<>(open);
        Collections.shuffle(sockets);
        long pause = sockets.isEmpty() ? 0 : nanos / sockets.size();
        long owed = 0;
        for (OpenSocket socket : sockets) {
            socket.drain();
            owed += pause;
            if (owed > TimeUnit.MILLISECONDS.toNanos(1)) {
                LockSupport.parkNanos(owed);
                owed = 0;
            }
        }
    }

    void opened(OpenSocket socket) {
        open.add(socket);
        if (socket.visitor != null) {
            socket.visitor.entersAnyway();
        }
        if (draining) {
            socket.drain();
        }
    }

    void closed(OpenSocket socket) {
        if (open.remove(socket) && socket.visitor != null) {
            socket.visitor.leaves();
        }
    }

    Exchange exchange() {
        return exchange;
    }

    Meters meters() {
        return meters;
    }
}
