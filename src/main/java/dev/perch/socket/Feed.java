// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import dev.perch.access.Caller;
import dev.perch.format.Problem.Refused;
import dev.perch.format.Refusals;
import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.Outlet;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Reader;
import dev.perch.mailbox.Reading;
import dev.perch.mailbox.Reading.Start;
import dev.perch.mailbox.Refusal;
import java.lang.System.Logger;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.Frame;

/**
 * The read loop of a socket: reads, writes what came, one frame after the other, and reads on from there.
 *
 * <p>Each step begins one thing, a read or a write, and the outcome of that calls for the next step. An outcome may
 * come before its step has returned; then the thread of that step takes the next one, too, so that the loop is one and
 * never a recursion. The fields belong to the thread that is in a step, or to the one outcome that is awaited.
 */
final class Feed implements Outlet, Callback {
    /** Silence on the connection is the business of pings, so a read waits for long. */
    private static final long WAIT_NANOS = TimeUnit.HOURS.toNanos(1);

    private static final Logger LOG = System.getLogger(Feed.class.getName());

    private final OpenSocket socket;
    private final Exchange exchange;
    private final Reads reads;
    private final AtomicInteger steps = new AtomicInteger();
    private volatile Reader reader;
    private Start start;
    private Batch batch;
    private long beganNanos;
    private int next;
    private boolean gapTold;

    /**
     * What is read, and how.
     *
     * @param queue the mailbox or topic
     * @param topics further topics
     * @param dialect how messages look
     * @param beats whether the client is told where the read begins and, with each ping, that it goes on
     * @param caller who reads
     */
    record Reads(QueueName queue, List<String> topics, Dialect dialect, boolean beats, Caller caller) {}

    /**
     * A loop that has not begun.
     *
     * @param start where a poll would begin
     */
    Feed(OpenSocket socket, Exchange exchange, Reads reads, Start start) {
        this.socket = socket;
        this.exchange = exchange;
        this.reads = reads;
        this.start = start;
    }

    /** Begins to read. */
    void begin() {
        start = exchange.stream(reads.queue(), start);
        if (reads.beats()) {
            Cursor at = start instanceof Start.Onward onward ? onward.cursor() : null;
            socket.write(Dialect.beat(Pulse.PING_SECONDS, at), Callback.from(this::proceed, this::failed));
        } else {
            proceed();
        }
    }

    /** The socket is being closed: a read that is parked ends at once. */
    void stop() {
        Reader last = reader;
        if (last != null) {
            last.end(End.GONE);
        }
    }

    private void proceed() {
        if (steps.getAndIncrement() == 0) {
            do {
                step();
            } while (steps.decrementAndGet() > 0);
        }
    }

    /** A step that fails is the last one: the client must not believe that there is nothing for it. */
    private void step() {
        try {
            beginNext();
        } catch (RuntimeException | Error e) {
            LOG.log(Logger.Level.ERROR, "what a socket reads failed", e);
            socket.close(CloseCode.FAULT, "it is not your fault; come back with the cursor");
            over();
        }
    }

    private void beginNext() {
        if (socket.isClosing()) {
            over();
        } else if (batch == null && isOver()) {
            endWithToken();
            over();
        } else if (batch == null) {
            beganNanos = exchange.clocks().nanoTime();
            exchange.read(
                    new Reading(
                            reads.queue(),
                            reads.topics(),
                            start,
                            reads.dialect().portion(),
                            reads.caller().within(WAIT_NANOS, exchange.clocks().millis())),
                    this);
        } else {
            write();
        }
    }

    private boolean isOver() {
        return reads.caller().isOver(exchange.clocks().millis());
    }

    private void endWithToken() {
        Frame ended = reads.dialect().ended(End.TOKEN);
        if (ended != null) {
            socket.write(ended, Callback.NOOP);
        }
        socket.close(CloseCode.TOKEN, "the token is over");
    }

    private void write() {
        Frame gap = batch.gap() == null || gapTold ? null : reads.dialect().gap(batch);
        gapTold = true;
        if (gap != null) {
            socket.write(gap, this);
        } else if (next < batch.messages().size()) {
            socket.write(reads.dialect().show(batch.messages().get(next++)), this);
        } else {
            finish();
            proceed();
        }
    }

    /** The batch is written. */
    private void finish() {
        List<Message> written = batch.messages();
        if (!written.isEmpty()) {
            socket.delivered(batch, exchange.clocks().nanoTime() - beganNanos);
        }
        start = start.onward(batch.cursor());
        batch = null;
    }

    /** The last step of all: what was taken and not written, or a gap not told of, is for the next reader. */
    private void over() {
        if (batch != null && batch.end() == null) {
            socket.lost();
            reader.failed();
        }
        batch = null;
        reader = null;
        socket.readNoMore();
    }

    @Override
    public void began(Reader read) {
        reader = read;
        if (socket.isClosing()) {
            read.end(End.GONE);
        }
    }

    @Override
    public void answer(Batch outcome) {
        batch = outcome;
        next = 0;
        gapTold = false;
        End end = outcome.end();
        if (end != null && end != End.WAIT && end != End.GONE) {
            socket.close(CloseCode.of(end), "the read has ended: " + end.word());
        }
        proceed();
    }

    @Override
    public void refuse(Refusal refusal) {
        Refused refused = Refusals.of(refusal);
        socket.close(CloseCode.of(refused.problem()), refused.problem().code());
        proceed();
    }

    @Override
    public void broken(Throwable cause) {
        socket.close(CloseCode.FAULT, "the message store cannot be read");
        proceed();
    }

    /** A frame is written. */
    @Override
    public void succeeded() {
        if (next == batch.messages().size()) {
            finish();
        }
        proceed();
    }

    /** A frame is not: the connection is broken, which the socket learns by itself. */
    @Override
    public void failed(Throwable cause) {
        socket.broke();
        proceed();
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
