// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import dev.perch.metrics.Meters;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.WebSocketConnection;

/**
 * Closes connections whose clients keep the server waiting for a header, or do not take what is written. Whether a
 * connection is idle is measured by the HTTP server from byte to byte, so that a client who sends one now and then
 * could stay for ever; here it is measured from the first byte on. All connections are looked at in turn, so a
 * connection that is in order costs no timer and no memory. For one thread.
 */
public final class SlowClients {
    /** A look costs about a tenth of a microsecond a connection. */
    private static final long LONGEST_PERIOD = TimeUnit.SECONDS.toMillis(2);

    private static final int LOOKS = 4;

    /** An HTTP/2 connection without a request may live so long, whatever else is sent on it. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final int NO_ERROR = ErrorCode.NO_ERROR.code;

    private final Supplier<Collection<EndPoint>> connections;
    private final Deadlines deadlines;
    private final LongSupplier nanos;
    private final Meters meters;
    private IdentityHashMap<EndPoint, Wait> waits = new IdentityHashMap<>();

    /** For what the server waits: the rest of the header that is the {@code number}th, since that time. */
    private record Wait(long number, long since) {}

    /**
     * Knows of none yet.
     *
     * @param connections all that are open
     * @param nanos the steady clock, in nanoseconds
     */
    public SlowClients(
            Supplier<Collection<EndPoint>> connections, Deadlines deadlines, LongSupplier nanos, Meters meters) {
        this.connections = connections;
        this.deadlines = deadlines;
        this.nanos = nanos;
        this.meters = meters;
    }

    /** How often to look, in milliseconds. */
    public long periodMillis() {
        long shortest =
                Math.min(deadlines.header().toMillis(), deadlines.write().toMillis());
        return Math.max(1, Math.min(LONGEST_PERIOD, shortest / LOOKS));
    }

    /** Looks at all connections, and closes those that are over a deadline. */
    public void look() {
        long now = nanos.getAsLong();
        IdentityHashMap<EndPoint, Wait> found = new IdentityHashMap<>();
        for (EndPoint connection : connections.get()) {
            if (stalls(connection)) {
                close(connection, "write-deadline");
            } else {
                wait(connection, now, found);
            }
        }
        waits = found;
    }

    private boolean stalls(EndPoint connection) {
        return connection instanceof AbstractEndPoint socket
                && socket.getWriteFlusher().isPending()
                && socket.getIdleFor() > deadlines.write().toMillis();
    }

    private void wait(EndPoint connection, long now, IdentityHashMap<EndPoint, Wait> found) {
        Connection protocol = protocol(connection);
        long number = awaited(protocol);
        if (number < 0) {
            return;
        }
        Wait before = waits.get(connection);
        Wait wait = before != null && before.number() == number ? before : new Wait(number, now);
        found.put(connection, wait);
        if (protocol instanceof HTTP2Connection http2) {
            if (now - wait.since() > IDLE_NANOS && !http2.getSession().close(NO_ERROR, "idle", Callback.NOOP)) {
                close(connection, "header-deadline");
            }
        } else if (now - wait.since() > deadlines.header().toNanos()) {
            close(connection, "header-deadline");
        }
    }

    /** What is spoken on the connection, within its encryption if there is one and its handshake is complete. */
    private static Connection protocol(EndPoint connection) {
        Connection outer = connection.getConnection();
        // A session that is not agreed on has a protocol of this name (SSLSession.getProtocol).
        boolean shaken = outer instanceof SslConnection tls
                && !"NONE".equals(tls.getSSLEngine().getSession().getProtocol());
        return shaken ? ((SslConnection) outer).getSslEndPoint().getConnection() : outer;
    }

    /** Which header has begun and is not complete, counted from 0; or -1. */
    private static long awaited(Connection connection) {
        if (connection instanceof HttpConnection http) {
            boolean begun = http.getParser().inHeaderState()
                    && (!http.getParser().isStart() || http.getParser().getHeaderLength() > 0);
            return begun ? http.getMessagesIn() : -1;
        }
        if (connection instanceof HTTP2Connection http2) {
            return http2.getSession().getStreams().isEmpty() ? http2.getMessagesIn() : -1;
        }
        // All others are there until it is known what is spoken.
        return connection instanceof WebSocketConnection ? -1 : 0;
    }

    private void close(EndPoint connection, String why) {
        meters.connectionClosed(why);
        connection.close();
    }
}
