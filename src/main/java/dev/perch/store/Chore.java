// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A part of the sweep: carried out in slices, a few in each turn, so that nobody who waits is held up by it. */
final class Chore {
    /** What is to be done. */
    interface Work {
        /** Does a part of it, of not more than so many rows; false when there may be more to do. */
        boolean slice(Turn turn, int most);
    }

    private final Work work;
    private final CompletableFuture<Void> stage = new CompletableFuture<>();

    Chore(Work work) {
        this.work = work;
    }

    CompletionStage<Void> stage() {
        return stage;
    }

    boolean slice(Turn turn, int most) {
        return work.slice(turn, most);
    }

    void complete() {
        stage.complete(null);
    }

    void fail(StoreException why) {
        stage.completeExceptionally(why);
    }
}
