// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a publisher waits for: that a reader acknowledges, or that somebody replies. It is met once or ended once, by
 * one compare-and-set, whichever comes first. Any thread may do either.
 *
 * @param <T> what comes when it is met
 */
public final class Expectation<T> {
    private final Wheel wheel;
    private final Executor executor;
    private final AtomicReference<Outcome<T>> decided = new AtomicReference<>();
    private final CompletableFuture<Outcome<T>> outcome = new CompletableFuture<>();
    private final Deadline deadline = new Deadline();

    /**
     * How it came out.
     *
     * @param met what was waited for, or null
     * @param end why it did not come, or null
     */
    public record Outcome<T>(T met, End end) {}

    Expectation(Wheel wheel, Executor executor) {
        this.wheel = wheel;
        this.executor = executor;
    }

    /** It has come, and the executor tells so. False when the wait was over. */
    boolean meet(T what) {
        Outcome<T> met = new Outcome<>(what, null);
        if (!decide(met)) {
            return false;
        }
        executor.execute(() -> outcome.complete(met));
        return true;
    }

    /** It will not come, and this thread tells so. False when the wait was over. */
    public boolean end(End why) {
        Outcome<T> ended = new Outcome<>(null, why);
        return decide(ended) && outcome.complete(ended);
    }

    private boolean decide(Outcome<T> how) {
        if (!decided.compareAndSet(null, how)) {
            return false;
        }
        wheel.cancel(deadline);
        return true;
    }

    /** From now on it is waited for so long at most, in nanoseconds. To be called once. */
    public void within(long nanos) {
        if (nanos == 0) {
            end(End.WAIT);
            return;
        }
        wheel.schedule(deadline, nanos);
        if (isOver()) {
            wheel.cancel(deadline);
        }
    }

    /** Whether it was met or ended. */
    public boolean isOver() {
        return decided.get() != null;
    }

    /** How it comes out. Never fails. */
    public CompletionStage<Outcome<T>> outcome() {
        return outcome;
    }

    private final class Deadline extends Wheel.Timer {
        @Override
        protected void expire() {
            end(End.WAIT);
        }
    }
}
