// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Chunks;
import dev.perch.format.Problem.Refused;
import dev.perch.format.StreamEncoding;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.Wheel;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.util.Callback;

/**
 * The way out of one stream. Buffers are written as they are, which keeps none of the server's own for the stream, and
 * one at a time. A client that takes nothing for long is given up. For the one thread that works on the stream.
 */
final class StreamOutput {
    private final AsyncContext async;
    private final Wheel wheel;
    private final long stallNanos;
    private final Runnable overdue;
    private final ServletOutputStream out;
    private Chunks chunks;
    /** What is waited for, while the client does not take what was written; else null. */
    private Stall stall;

    private volatile boolean gone;

    /**
     * That of a request.
     *
     * @param stallNanos so long the client may take nothing
     * @param overdue is run when the client has stalled for too long; {@link #isReady} throws from then on
     */
    StreamOutput(AsyncContext async, Wheel wheel, long stallNanos, Runnable overdue) throws IOException {
        this.async = async;
        this.wheel = wheel;
        this.stallNanos = stallNanos;
        this.overdue = overdue;
        this.out = async.getResponse().getOutputStream();
    }

    /** A client has taken nothing for long. */
    private static final class Stall extends Wheel.Timer {
        private final Runnable overdue;
        private volatile boolean over;

        Stall(Runnable overdue) {
            this.overdue = overdue;
        }

        @Override
        protected void expire() {
            over = true;
            overdue.run();
        }
    }

    /**
     * Has the listener told when an HTTP/2 client takes its request back, or its connection breaks. Not as an
     * {@code AsyncListener}, after which the container would complete the request under the hands of whoever writes.
     */
    void watch(WriteListener listener) {
        request().addFailureListener(cause -> {
            gone = true;
            listener.onError(cause);
        });
    }

    private ServletContextRequest request() {
        return ServletContextRequest.getServletContextRequest(async.getRequest());
    }

    /** Says what the answer is, and has the listener called when it can be written. */
    void open(String contentType, Cursor at, WriteListener listener) throws IOException {
        fields(contentType, at);
        try {
            out.setWriteListener(listener);
        } catch (IllegalStateException e) {
            throw new IOException("the server has ended the request", e);
        }
    }

    private HttpServletResponse fields(String contentType, Cursor at) {
        HttpServletResponse response = (HttpServletResponse) async.getResponse();
        Answers.fields(response);
        response.setContentType(contentType);
        // nginx holds back what it does not know to be a stream.
        response.setHeader("X-Accel-Buffering", "no");
        if (at != null) {
            response.setHeader("Perch-Cursor", at.toString());
        }
        return response;
    }

    /** Refuses the request: with a status, except to clients that would take it for the last word when it is not. */
    void refuse(StreamEncoding encoding, Refused refused) {
        if (encoding.survivesErrors() || Answers.retryAfter(refused.problem()) == 0) {
            Answers.problem(async, refused);
            return;
        }
        HttpServletResponse response = fields(encoding.contentType(), null);
        StreamEnd end = StreamEnd.of(refused);
        ByteBuffer text = encoding.end(end.word(), null, end.retryMillis()).next();
        Answers.send(async, response, List.of(text), Callback.NOOP);
    }

    /**
     * Whether something may be written: the client has taken what was written before.
     *
     * @throws IOException when it has not for too long
     */
    boolean isReady() throws IOException {
        if (out.isReady()) {
            relax();
            return true;
        }
        if (stall == null) {
            stall = new Stall(overdue);
            wheel.schedule(stall, stallNanos);
        } else if (stall.over) {
            throw new IOException("the client takes nothing");
        }
        return false;
    }

    /** Sends the head of the answer, and has these chunks written after it. */
    void begin(Chunks first) throws IOException {
        put(first);
        if (!writeNext()) {
            out.flush();
        }
    }

    /** Has these chunks written next, the ones before being written. */
    void put(Chunks next) {
        chunks = next;
    }

    /** Writes the next chunk; false when there is none. */
    boolean writeNext() throws IOException {
        ByteBuffer next = chunks == null ? null : chunks.next();
        if (next == null) {
            chunks = null;
            return false;
        }
        out.write(next);
        return true;
    }

    /** Nothing more will be written. */
    void close() {
        relax();
        chunks = null;
    }

    /** One that is about to expire is forgotten as well: it must not count for what is waited for next. */
    private void relax() {
        if (stall != null) {
            wheel.cancel(stall);
            stall = null;
        }
    }

    /** Breaks the answer off: over HTTP/1.1 its connection, over HTTP/2 the request alone. */
    void abandon() {
        if (!gone) {
            request().getServletChannel().abort(new TimeoutException("the client has gone or takes nothing"));
        }
        Answers.complete(async);
    }
}
