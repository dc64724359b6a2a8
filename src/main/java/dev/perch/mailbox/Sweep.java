// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
        List<CompletionStage<Void>> steps = new ArrayList<>();
        steps.add(save());
        trim(steps);
        steps.add(store.expire());
        unused().forEach(queue -> steps.add(store.removeIdle(queue)));
        return CompletableFuture.allOf(
                steps.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new));
    }

    private CompletionStage<Void> save() {
        return store.save(registry.mailboxes().stream()
                .map(Mailbox::moved)
                .filter(Objects::nonNull)
                .toList());
    }

    private void trim(List<CompletionStage<Void>> steps) {
        long now = clocks.nanoTime();
        long ackedBefore = now - limits.ackedKept().toNanos();
        for (Mailbox mailbox : registry.mailboxes()) {
            long upTo = mailbox.sweepable(ackedBefore, now);
            if (upTo >= 0) {
                steps.add(store.trim(mailbox.queue().name(), upTo));
            }
        }
    }

    /** What may be removed if the store finds it empty, and the registry that nobody uses it. */
    private List<QueueName> unused() {
        long usedBefore = clocks.nanoTime() - limits.idleMailbox().toNanos();
        List<QueueName> unused = new ArrayList<>();
        for (Mailbox mailbox : registry.mailboxes()) {
            if (mailbox.usedNanos() - usedBefore < 0) {
                unused.add(mailbox.queue().name());
            }
        }
        for (Topic topic : registry.topics()) {
            if (store.size(topic.queue().name()).messages() == 0) {
                unused.add(topic.queue().name());
            }
        }
        return unused;
    }
}
