// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Caller;
import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Wheel;
import dev.perch.metrics.Meters;
import jakarta.servlet.AsyncContext;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;

/**
 * A request that waits for its answer, as far as its client goes: whether it is still there. Over HTTP/1.1 the
 * connection is watched once the request has waited for a while; over HTTP/2 the container tells.
 */
abstract class Parked implements OpenRead {
    private final Surroundings around;
    private final AsyncContext async;
    private final ServletContextRequest request;
    /** The socket of this request alone; null over HTTP/2. */
    private final SelectableChannel channel;

    private volatile boolean counted;
    private volatile boolean watched;
    private volatile boolean lost;

    /** What all of them share; {@code logged} where an access log is kept. */
    record Surroundings(OpenReads open, Wheel wheel, Meters meters, Clocks clocks, boolean logged) {
        /** A wait, in nanoseconds, of about so many seconds, but no longer than the caller's token. */
        long within(Caller caller, int waitSeconds) {
            return caller.within(Reads.jittered(TimeUnit.SECONDS.toNanos(waitSeconds)), clocks.millis());
        }
    }

    Parked(Surroundings around, AsyncContext async) {
        this.around = around;
        this.async = async;
        this.request = ServletContextRequest.getServletContextRequest(async.getRequest());
        this.channel = OpenRead.channel(request);
    }

    /**
     * To be called by the constructor of the class that is made, when all of it is there. No {@code AsyncListener} is
     * used: after telling one of a failure the container completes the request itself, and gives what belonged to it to
     * the next one while its answer may still be put together.
     */
    final void listen() {
        if (channel == null) {
            request.addFailureListener(this::lost);
        }
    }

    /** An HTTP/2 client took its request back, or its connection broke. */
    private void lost(Throwable cause) {
        lost = true;
        end(End.GONE);
    }

    /** Whether its end is decided. */
    abstract boolean isOver();

    final Surroundings around() {
        return around;
    }

    /** From now on it is one of those that are open. */
    final void counts() {
        counted = true;
        around.open().add(this);
    }

    /** It has waited for a while: from now on its client is watched. One that was answered sooner never is. */
    public final void lasts() {
        if (channel == null) {
            return;
        }
        watched = true;
        around.open().watch(this);
        if (isOver()) {
            around.open().unwatch(this);
        }
    }

    /** It is being answered. */
    void closed() {
        if (watched) {
            around.open().unwatch(this);
        }
        if (counted) {
            around.open().remove(this);
        }
    }

    /** Tells the access log how it came out; {@code end} is null where it got what it waited for. */
    final void note(End end, String met, long openNanos) {
        if (around.logged()) {
            RequestLines.note(request, end == null ? met : end.word(), openNanos);
        }
    }

    final AsyncContext async() {
        return async;
    }

    final ServletContextRequest request() {
        return request;
    }

    @Override
    public final SelectableChannel channel() {
        return channel;
    }

    /** Why it ends: a wait may have been cut short by the end of its token. */
    final End ended(End end) {
        return end == End.WAIT
                        && request.getAttribute(Caller.ATTRIBUTE) instanceof Caller caller
                        && caller.isOver(around.clocks.millis())
                ? End.TOKEN
                : end;
    }

    /** Whether the client is known to be gone. */
    final boolean isLost() {
        return lost;
    }
}
