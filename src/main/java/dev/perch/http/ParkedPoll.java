// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Problem;
import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Outlet;
import dev.perch.mailbox.Reader;
import dev.perch.mailbox.Refusal;
import dev.perch.mailbox.Wheel;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.channels.SelectableChannel;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.SelectableChannelEndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.util.Callback;

/**
 * One poll between its request and its answer. The domain's reader decides the race for it: only after the one call to
 * {@link #answer}, {@link #refuse} or {@link #broken} does anybody touch the {@link AsyncContext}.
 *
 * <p>As a timer of the wheel it waits for the moment from which on its connection is watched.
 */
final class ParkedPoll extends Wheel.Timer implements Outlet, AsyncListener {
    private final Polls polls;
    private final AsyncContext async;
    private final View view;
    private final String kind;
    private final Clocks clocks;
    private final long startNanos;
    /** The socket of this poll alone; null over HTTP/2, which tells of its end by itself. */
    private final SelectableChannel channel;

    private volatile Reader reader;
    private volatile boolean lost;

    ParkedPoll(Polls polls, AsyncContext async, View view, String kind, Clocks clocks) {
        this.polls = polls;
        this.async = async;
        this.view = view;
        this.kind = kind;
        this.clocks = clocks;
        this.startNanos = clocks.nanoTime();
        this.channel = channel(async);
        if (channel == null) {
            async.addListener(this);
        }
    }

    /** The socket whose state tells whether the client is there, or null. */
    SelectableChannel channel() {
        return channel;
    }

    String kind() {
        return kind;
    }

    @Override
    public void began(Reader read) {
        reader = read;
        polls.began(this);
        if (lost) {
            read.end(End.GONE);
        }
    }

    /** Ends it with an empty answer unless something else was quicker. */
    void end(End why) {
        Reader read = reader;
        if (read != null) {
            read.end(why);
        }
    }

    @Override
    protected void expire() {
        if (channel != null && reader.isParked()) {
            polls.watch().watch(this);
            if (!reader.isParked()) {
                polls.watch().forget(this);
            }
        }
    }

    private static SelectableChannel channel(AsyncContext async) {
        ConnectionMetaData connection = ServletContextRequest.getServletContextRequest(async.getRequest())
                .getConnectionMetaData();
        boolean own = connection.getHttpVersion() != HttpVersion.HTTP_2;
        return own && connection.getConnection().getEndPoint() instanceof SelectableChannelEndPoint endPoint
                ? endPoint.getChannel()
                : null;
    }

    @Override
    public void answer(Batch batch) {
        polls.closed(this);
        polls.meters().answered(batch, clocks.nanoTime() - startNanos, clocks.millis());
        if (lost) {
            failed(batch);
            Answers.complete(async);
            return;
        }
        HttpServletResponse response = (HttpServletResponse) async.getResponse();
        Answers.fields(response);
        Cursor cursor = batch.cursor();
        response.setHeader("ETag", "\"" + cursor + '"');
        response.setHeader("Perch-Cursor", cursor.toString());
        if (batch.end() == End.DRAIN) {
            response.setHeader("Connection", "close");
        }
        Answers.send(async, view.show(batch, response), new Callback() {
            @Override
            public void failed(Throwable cause) {
                ParkedPoll.this.failed(batch);
            }
        });
    }

    private void failed(Batch batch) {
        if (batch.end() == null) {
            polls.meters().lost();
            reader.failed();
        }
    }

    @Override
    public void refuse(Refusal refusal) {
        polls.closed(this);
        Problem.Refused refused = Answers.refused(refusal);
        polls.meters().refused(refused.problem().code());
        Answers.problem(async, refused);
    }

    @Override
    public void broken(Throwable cause) {
        polls.closed(this);
        polls.meters().refused(Problem.STORE_UNAVAILABLE.code());
        Answers.problem(async, Problem.STORE_UNAVAILABLE, "the message store cannot be read; try again later");
    }

    /** An HTTP/2 client took its request back, or its connection broke. */
    @Override
    public void onError(AsyncEvent event) {
        lost = true;
        end(End.GONE);
    }

    @Override
    public void onComplete(AsyncEvent event) {}

    @Override
    public void onTimeout(AsyncEvent event) {}

    @Override
    public void onStartAsync(AsyncEvent event) {}
}
