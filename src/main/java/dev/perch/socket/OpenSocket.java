// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import dev.perch.access.Visitor;
import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Wheel;
import java.io.IOException;
import java.lang.System.Logger;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.exception.WebSocketException;

/**
 * One WebSocket from its handshake to its end. Its client's frames come in here, one at a time; everything that is
 * written goes out here.
 *
 * <p>As a timer of the wheel it sends pings, and gives up on a client that answers none, that does not take what is
 * written, or that does not answer a close frame.
 */
final class OpenSocket extends Wheel.Timer implements FrameHandler {
    // Threads: frames come one at a time, on any thread; answers, the read loop and the wheel come on others. What they
    // share is guarded by this object's lock, under which nobody is called but the wheel.

    /** So many of the client's messages are dealt with at once. */
    private static final int MOST_UNDER_WAY = 16;

    private static final Logger LOG = System.getLogger(OpenSocket.class.getName());

    private final SocketEdge edge;
    private final Clocks clocks;
    private final Pulse pulse;
    private final Feed feed;
    private final Incoming incoming;
    private final Talk talk;
    /** Whether the client is told that the socket is alive in a way that a page can see. */
    private final boolean beats;
    /** The mailbox that lives as long as this socket, or null. */
    private final QueueName passing;

    private final IntConsumer farewell;
    final Visitor visitor;
    private CoreSession session;
    private volatile boolean closing;
    private boolean closed;
    private boolean draining;
    private boolean demanded;
    private int underWay;

    /** That of a request; {@code farewell} is told the close code in the end. */
    OpenSocket(SocketEdge edge, Upgrade upgrade, SocketSettings settings, IntConsumer farewell) {
        this.farewell = farewell;
        this.edge = edge;
        this.clocks = edge.exchange().clocks();
        this.pulse = new Pulse(clocks.nanoTime(), settings.stall().toNanos());
        this.feed = new Feed(this, edge.exchange(), upgrade.reads(), upgrade.start());
        this.incoming = new Incoming(settings.maxMessage(), settings.allowance());
        this.talk = upgrade.talk(this, settings.bounds());
        this.beats = upgrade.reads().beats();
        this.visitor = upgrade.visitor();
        this.passing = upgrade.isAnonymous() ? upgrade.reads().queue() : null;
    }

    @Override
    public void onOpen(CoreSession opened, Callback callback) {
        session = opened;
        callback.succeeded();
        arm();
        edge.opened(this);
        feed.begin();
        demand();
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        synchronized (this) {
            demanded = false;
        }
        pulse.heard();
        switch (frame.getOpCode()) {
            case OpCode.CLOSE -> {
                // What is said in answer comes from the library; only the read has to end.
                end();
                callback.succeeded();
                return;
            }
            case OpCode.PING -> {
                begun();
                write(new Frame(OpCode.PONG, copy(frame)), Callback.from(this::done));
            }
            case OpCode.PONG -> {}
            default -> data(frame);
        }
        callback.succeeded();
        demand();
    }

    private static ByteBuffer copy(Frame frame) {
        ByteBuffer payload = frame.getPayload();
        if (payload == null) {
            return ByteBuffer.allocate(0);
        }
        return ByteBuffer.allocate(payload.remaining()).put(payload.duplicate()).flip();
    }

    private void data(Frame frame) {
        if (closing) {
            return;
        }
        Incoming.Whole message = incoming.take(frame);
        if (incoming.isBoundless() || (message != null && incoming.isTooLarge())) {
            close(CloseCode.TOO_LARGE, "a message may have " + incoming.max() + " bytes; send less, or raise --body");
        } else if (incoming.isCrowded()) {
            close(CloseCode.LATER, "too many large messages are on their way; come back after a while");
        } else if (message != null) {
            begun();
            talk.hear(message);
        }
    }

    /** One more of the client's frames is to be answered. */
    private synchronized void begun() {
        underWay++;
    }

    /** One of the client's frames has been dealt with, and the answer, if there is one, is written. */
    void done() {
        boolean last;
        synchronized (this) {
            underWay--;
            last = draining && underWay == 0;
        }
        if (last) {
            close(CloseCode.STOPPING, "the server is about to stop");
        }
        demand();
    }

    /** Answers one of the client's messages. */
    void answer(String json) {
        write(Dialect.text(json), Callback.from(this::done));
    }

    /** Asks for the next frame, unless that has been done or too much is under way. */
    private void demand() {
        synchronized (this) {
            if (demanded || closed || (!closing && (draining || underWay >= MOST_UNDER_WAY))) {
                return;
            }
            demanded = true;
        }
        session.demand();
    }

    /** Writes a frame; whoever wants to write many waits for each. */
    void write(Frame frame, Callback written) {
        pulse.writes(clocks.nanoTime());
        session.sendFrame(frame, new Written(written), false);
    }

    /** Whether it is about to end, or has ended. */
    boolean isClosing() {
        return closing;
    }

    /** Says that it is over, and why, unless that has been said. */
    void close(CloseCode code, String reason) {
        if (end()) {
            edge.meters().socketClosed(code.number());
            session.sendFrame(code.frame(reason), Callback.NOOP, false);
            demand();
        }
    }

    /** The connection is broken. */
    void broke() {
        end();
    }

    /** True for the first who ends it. */
    private boolean end() {
        synchronized (this) {
            if (closing) {
                return false;
            }
            closing = true;
        }
        pulse.closes(clocks.nanoTime());
        arm();
        incoming.drop();
        feed.stop();
        return true;
    }

    /** The server is about to stop: what is under way is brought to its end, and nothing else is begun. */
    void drain() {
        synchronized (this) {
            draining = true;
            if (underWay > 0) {
                return;
            }
        }
        close(CloseCode.STOPPING, "the server is about to stop");
    }

    @Override
    public void onError(Throwable cause, Callback callback) {
        boolean usual = cause instanceof WebSocketException
                || cause instanceof IOException
                || cause instanceof TimeoutException
                || cause instanceof QuietException;
        LOG.log(usual ? Logger.Level.DEBUG : Logger.Level.ERROR, "socket failed", cause);
        callback.succeeded();
    }

    @Override
    public void onClosed(CloseStatus status, Callback callback) {
        end();
        synchronized (this) {
            closed = true;
            edge.exchange().wheel().cancel(this);
        }
        edge.closed(this);
        farewell.accept(status.getCode());
        callback.succeeded();
    }

    private synchronized void arm() {
        Wheel wheel = edge.exchange().wheel();
        wheel.cancel(this);
        if (!closed) {
            wheel.schedule(this, pulse.delay(clocks.nanoTime()));
        }
    }

    @Override
    protected void expire() {
        boolean listening;
        synchronized (this) {
            listening = demanded;
        }
        switch (pulse.due(clocks.nanoTime(), listening)) {
            case NOTHING -> arm();
            case PING -> {
                arm();
                write(new Frame(OpCode.PING), Callback.NOOP);
                if (beats) {
                    write(Dialect.beat(Pulse.PING_SECONDS, null), Callback.NOOP);
                }
            }
            case CLOSE -> close(CloseCode.SLOW, "nothing was taken or answered for a while");
            case BREAK -> session.abort();
        }
    }

    /** The messages of a batch were written, so long after the read for them began. */
    void delivered(Batch batch, long nanos) {
        edge.meters().streamed(batch, nanos, clocks.millis());
    }

    /** Messages were taken for the client and not written. */
    void lost() {
        edge.meters().lost();
    }

    /** The read loop has ended; nothing will be read for this socket any more. */
    void readNoMore() {
        if (passing != null) {
            edge.exchange().remove(passing);
        }
    }

    /** What is to be done when a frame is written, or cannot be. */
    private final class Written extends Callback.Nested {
        Written(Callback then) {
            super(then);
        }

        @Override
        public void succeeded() {
            pulse.wrote(clocks.nanoTime());
            super.succeeded();
        }

        @Override
        public void failed(Throwable cause) {
            pulse.wrote(clocks.nanoTime());
            super.failed(cause);
        }
    }
}
