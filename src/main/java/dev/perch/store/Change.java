// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Something that somebody wants changed and waits for: it is carried out in one turn, as a whole. */
final class Change<T> {
    /** What is to be done. */
    interface Work<T> {
        T in(Turn turn);
    }

    private final Work<T> work;
    private final Consumer<T> afterwards;
    private final int bytes;
    private final CompletableFuture<T> stage = new CompletableFuture<>();
    private T outcome;

    /**
     * A change.
     *
     * @param bytes how large it is, about
     * @param afterwards what is to happen when it is safe, before whoever waits learns of it
     */
    Change(int bytes, Work<T> work, Consumer<T> afterwards) {
        this.bytes = bytes;
        this.work = work;
        this.afterwards = afterwards;
    }

    CompletionStage<T> stage() {
        return stage;
    }

    int bytes() {
        return bytes;
    }

    void carryOut(Turn turn) {
        outcome = work.in(turn);
    }

    void complete() {
        try {
            afterwards.accept(outcome);
        } finally {
            stage.complete(outcome);
        }
    }

    void fail(StoreException why) {
        stage.completeExceptionally(why);
    }
}
