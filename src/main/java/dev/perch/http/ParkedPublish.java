// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Expectation;
import dev.perch.mailbox.Reader;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.Wheel;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;

/**
 * A publish whose answer waits for more than the store: for an acknowledgement, or for a reply. It counts among the
 * polls that are open. The expectation decides the race for it, so only one thread touches the {@link AsyncContext}.
 *
 * @param <T> what it waits for
 */
abstract class ParkedPublish<T> extends Parked {
    private volatile Expectation<T> expectation;
    private final Patience patience = new Patience();
    private final long startNanos;
    private Receipt receipt;

    ParkedPublish(Surroundings around, AsyncContext async) {
        super(around, async);
        this.startNanos = around.clocks().nanoTime();
    }

    /** Takes its place among those who wait, if there is one. Returns what is to be stored. */
    final List<Draft> open(List<Draft> drafts) throws Refused {
        around().open().refuseWhenFull();
        counts();
        try {
            return drafts(drafts);
        } catch (Refused e) {
            closed();
            throw e;
        }
    }

    /** What is to be stored. */
    abstract List<Draft> drafts(List<Draft> drafts) throws Refused;

    /** The message is stored, and what follows is waited for. */
    abstract Expectation<T> expectation(Receipt stored);

    /** A word for what is waited for. */
    abstract String met();

    /** Counts how it came out; null stands for what was waited for. */
    abstract void count(End end);

    /** Answers the publisher. */
    abstract void answer(Expectation.Outcome<T> outcome, Receipt stored, HttpServletResponse response);

    final void stored(Receipt stored) {
        receipt = stored;
        expectation = expectation(stored);
        around().wheel().schedule(patience, Reader.LONG_NANOS);
        if (isLost()) {
            end(End.GONE);
        }
        expectation.outcome().thenAccept(this::over);
    }

    @Override
    void closed() {
        around().wheel().cancel(patience);
        super.closed();
    }

    private void over(Expectation.Outcome<T> how) {
        closed();
        Expectation.Outcome<T> outcome =
                how.end() == null ? how : new Expectation.Outcome<>(how.met(), ended(how.end()));
        count(outcome.end());
        note(outcome.end(), met(), around().clocks().nanoTime() - startNanos);
        if (isLost()) {
            Answers.complete(async());
            return;
        }
        HttpServletResponse response = (HttpServletResponse) async().getResponse();
        if (outcome.end() == End.DRAIN) {
            response.setHeader("Connection", "close");
        }
        try {
            answer(outcome, receipt, response);
        } catch (RuntimeException | Error e) {
            Answers.failed(async(), e);
        }
    }

    @Override
    final boolean isOver() {
        return expectation.isOver();
    }

    @Override
    public final void end(End why) {
        Expectation<T> waiting = expectation;
        if (waiting != null) {
            waiting.end(why);
        }
    }

    /** Ends when it has waited for a while. */
    private final class Patience extends Wheel.Timer {
        @Override
        protected void expire() {
            lasts();
        }
    }
}
