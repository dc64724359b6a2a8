// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Jsonp;
import dev.perch.format.Problem;
import dev.perch.format.Refusals;
import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Outlet;
import dev.perch.mailbox.Reader;
import dev.perch.mailbox.Refusal;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.util.Callback;

/**
 * One poll between its request and its answer. The domain's reader decides the race for it: only after the one call to
 * {@link #answer}, {@link #refuse} or {@link #broken} does anybody touch the {@link AsyncContext}.
 */
final class ParkedPoll extends Parked implements Outlet {
    private final View view;
    private final String kind;
    private final Jsonp jsonp;

    private volatile Reader reader;

    /** A poll whose answer looks so, as a script where that is wanted. */
    ParkedPoll(Surroundings around, AsyncContext async, View view, String kind, Jsonp jsonp) {
        super(around, async);
        this.view = view;
        this.kind = kind;
        this.jsonp = jsonp;
        listen();
    }

    @Override
    public String kind() {
        return kind;
    }

    @Override
    public void began(Reader read) {
        reader = read;
        if (isLost()) {
            read.end(End.GONE);
        }
    }

    @Override
    public void waits() {
        counts();
        if (isOver()) {
            // Whoever has ended it meanwhile may not have seen that it counts.
            closed();
        }
    }

    @Override
    boolean isOver() {
        return reader.isOver();
    }

    @Override
    public void end(End why) {
        Reader read = reader;
        if (read != null) {
            read.end(why);
        }
    }

    @Override
    public void answer(Batch outcome) {
        closed();
        Batch batch = ended(outcome.end()) == outcome.end() ? outcome : outcome.endedBy(End.TOKEN);
        long openNanos = reader.openNanos();
        around().meters().answered(batch, openNanos, around().clocks().millis());
        note(batch.end(), "message", openNanos);
        if (isLost()) {
            failed(batch);
            Answers.complete(async());
            return;
        }
        try {
            send(batch);
        } catch (RuntimeException | Error e) {
            // Most likely there is no memory for the answer.
            failed(batch);
            Answers.failed(async(), e);
        }
    }

    private void send(Batch batch) {
        HttpServletResponse response = request().getServletContextResponse().getServletApiResponse();
        Answers.fields(response);
        Cursor cursor = batch.cursor();
        Answers.at(response, cursor);
        if (batch.end() == End.DRAIN) {
            response.setHeader("Connection", "close");
        }
        List<ByteBuffer> shown = Answers.shown(response, view.show(batch, response), jsonp);
        Answers.send(async(), response, shown, new Callback() {
            @Override
            public void failed(Throwable cause) {
                ParkedPoll.this.failed(batch);
            }
        });
    }

    private void failed(Batch batch) {
        if (batch.end() == null) {
            around().meters().lost();
            reader.failed();
        }
    }

    @Override
    public void refuse(Refusal refusal) {
        closed();
        Problem.Refused refused = Refusals.of(refusal);
        around().meters().refused(refused.problem().code());
        Answers.problem(async(), refused);
    }

    @Override
    public void broken(Throwable cause) {
        closed();
        around().meters().refused(Problem.STORE_UNAVAILABLE.code());
        Answers.problem(async(), Problem.STORE_UNAVAILABLE, "the message store cannot be read; try again later");
    }
}
