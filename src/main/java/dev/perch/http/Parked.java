// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Caller;
import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Wheel;
import dev.perch.metrics.Meters;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.TimeUnit;

/**
 * A request that waits for its answer, as far as its client goes: whether it is still there. Over HTTP/1.1 the
 * connection is watched once the request has waited for a while, which it awaits as a timer of the wheel; over HTTP/2
 * the container tells.
 */
abstract class Parked extends Wheel.Timer implements OpenRead, AsyncListener {
    /** A poll that is answered at once, as most are under load, costs nothing but its time. */
    private static final long WATCHED_AFTER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Surroundings around;
    private final AsyncContext async;
    /** The socket of this request alone; null over HTTP/2. */
    private final SelectableChannel channel;

    private volatile boolean lost;

    /** What all of them share. */
    record Surroundings(OpenReads open, Wheel wheel, Meters meters, Clocks clocks) {
        /** A wait, in nanoseconds, of about so many seconds, but no longer than the caller's token. */
        long within(Caller caller, int waitSeconds) {
            return caller.within(Reads.jittered(TimeUnit.SECONDS.toNanos(waitSeconds)), clocks.millis());
        }
    }

    Parked(Surroundings around, AsyncContext async) {
        this.around = around;
        this.async = async;
        this.channel = OpenRead.channel(async);
    }

    /** To be called by the constructor of the class that is made, when all of it is there. */
    final void listen() {
        if (channel == null) {
            async.addListener(this);
        }
    }

    /** Whether it waits. */
    abstract boolean isParked();

    final Surroundings around() {
        return around;
    }

    /** From now on it may have to wait. */
    final void waits() {
        around.wheel().schedule(this, WATCHED_AFTER_NANOS);
    }

    /** It is being answered. */
    void closed() {
        around.wheel().cancel(this);
        around.open().remove(this);
    }

    final AsyncContext async() {
        return async;
    }

    @Override
    public final SelectableChannel channel() {
        return channel;
    }

    /** Why it ends: a wait may have been cut short by the end of its token. */
    final End ended(End end) {
        return end == End.WAIT
                        && async.getRequest().getAttribute(Caller.ATTRIBUTE) instanceof Caller caller
                        && caller.isOver(around.clocks.millis())
                ? End.TOKEN
                : end;
    }

    /** Whether the client is known to be gone. */
    final boolean isLost() {
        return lost;
    }

    @Override
    protected final void expire() {
        if (channel != null && isParked()) {
            around.open().watch(this);
            if (!isParked()) {
                around.open().unwatch(this);
            }
        }
    }

    /** An HTTP/2 client took its request back, or its connection broke. */
    @Override
    public final void onError(AsyncEvent event) {
        lost = true;
        end(End.GONE);
    }

    @Override
    public final void onComplete(AsyncEvent event) {}

    @Override
    public final void onTimeout(AsyncEvent event) {}

    @Override
    public final void onStartAsync(AsyncEvent event) {}
}
