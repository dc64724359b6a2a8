// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * What is due on a socket, and when. All times are those of the steady clock, in nanoseconds. Any thread may use it.
 */
final class Pulse {
    /** So often a client is asked whether it is there. In seconds. */
    static final int PING_SECONDS = 25;

    private static final long PING_NANOS = TimeUnit.SECONDS.toNanos(PING_SECONDS);
    /** Pings are early by up to a tenth, so that sockets that were opened together are not served in step. */
    private static final double SPREAD = 0.1;

    private static final int MISSED = 2;
    /** How long a client may take to answer a close frame. */
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final long stallNanos;
    private long pingAt;
    private int unanswered;
    private int writing;
    /** When a frame was last written, or began to be while no other was. */
    private long progress;

    private boolean closing;
    private long closeBy;

    /** What is to be done. */
    enum Due {
        /** Nothing yet. */
        NOTHING,
        /** Ask the client whether it is there. */
        PING,
        /** Close: the client takes nothing, or does not answer. */
        CLOSE,
        /** Break the connection: the client has not answered the close frame, either. */
        BREAK
    }

    /**
     * That of a socket that is opened now.
     *
     * @param stallNanos how long its client may take nothing
     */
    Pulse(long now, long stallNanos) {
        this.stallNanos = stallNanos;
        pingAt = now + pingInterval();
    }

    private static long pingInterval() {
        return (long) (PING_NANOS * (1 - SPREAD * ThreadLocalRandom.current().nextDouble()));
    }

    /** The client has sent something. */
    synchronized void heard() {
        unanswered = 0;
    }

    /** A frame is about to be written. */
    synchronized void writes(long now) {
        if (writing++ == 0) {
            progress = now;
        }
    }

    /** A frame was written, or will never be. */
    synchronized void wrote(long now) {
        writing--;
        progress = now;
    }

    /** A close frame is sent or answered. */
    synchronized void closes(long now) {
        closing = true;
        closeBy = now + CLOSE_NANOS;
    }

    /**
     * What is due now; each is due once.
     *
     * @param listening whether a pong would be received if there were one
     */
    synchronized Due due(long now, boolean listening) {
        if (closing) {
            return now - closeBy >= 0 ? Due.BREAK : Due.NOTHING;
        }
        if (writing > 0 && now - progress >= stallNanos) {
            return Due.CLOSE;
        }
        if (now - pingAt < 0) {
            return Due.NOTHING;
        }
        if (unanswered >= MISSED) {
            return Due.CLOSE;
        }
        unanswered = listening ? unanswered + 1 : 0;
        pingAt = now + pingInterval();
        return Due.PING;
    }

    /** How long it is until something may be due. */
    synchronized long delay(long now) {
        if (closing) {
            return closeBy - now;
        }
        long ping = pingAt - now;
        return writing > 0 ? Math.min(ping, progress + stallNanos - now) : ping;
    }
}
