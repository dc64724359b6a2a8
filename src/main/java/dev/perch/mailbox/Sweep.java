// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What falls due with time: positions are saved, acknowledged messages that have been kept long enough and expired ones
 * go, and so do mailboxes and topics that nobody uses.
 */
final class Sweep {
    private final Store store;
    private final Registry registry;
    private final Limits limits;
    private final Clocks clocks;

    Sweep(Store store, Registry registry, Limits limits, Clocks clocks) {
        this.store = store;
        this.registry = registry;
        this.limits = limits;
        this.clocks = clocks;
    }

    CompletionStage<Void> run() {
        long now = clocks.nanoTime();
        long ackedBefore = now - limits.ackedKept().toNanos();
        long usedBefore = now - limits.idleMailbox().toNanos();
        List<Store.Positions> positions = new ArrayList<>();
        List<CompletableFuture<Void>> steps = new ArrayList<>();
        List<QueueName> unused = new ArrayList<>();
        for (Mailbox mailbox : registry.mailboxes()) {
            Store.Positions moved = mailbox.moved();
            if (moved != null) {
                positions.add(moved);
            }
            long upTo = mailbox.sweepable(ackedBefore, now);
            if (upTo >= 0) {
                steps.add(store.trim(mailbox.queue().name(), upTo).toCompletableFuture());
            }
            if (mailbox.usedNanos() - usedBefore < 0) {
                unused.add(mailbox.queue().name());
            }
        }
        steps.add(store.save(positions).toCompletableFuture());
        steps.add(store.expire().toCompletableFuture());
        for (Topic topic : registry.topics()) {
            QueueName queue = topic.queue().name();
            if (store.size(queue).messages() == 0) {
                unused.add(queue);
            }
        }
        unused.forEach(queue -> steps.add(store.removeIdle(queue).toCompletableFuture()));
        return CompletableFuture.allOf(steps.toArray(CompletableFuture[]::new));
    }
}
