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
    /** So many queues are touched by one sweep, so that what waits for the store fits into memory. */
    private static final int MOST = 100_000;

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
        List<Mailbox> moved = new ArrayList<>();
        List<Store.Positions> positions = new ArrayList<>();
        for (Mailbox mailbox : registry.mailboxes()) {
            Store.Positions to = mailbox.moved();
            if (to != null) {
                moved.add(mailbox);
                positions.add(to);
            }
        }
        return store.save(positions).whenComplete((done, error) -> {
            if (error != null) {
                moved.forEach(Mailbox::unsaved);
            }
        });
    }

    private void trim(List<CompletionStage<Void>> steps) {
        long now = clocks.nanoTime();
        long ackedBefore = now - limits.ackedKept().toNanos();
        int most = steps.size() + MOST;
        for (Mailbox mailbox : registry.mailboxes()) {
            if (steps.size() == most) {
                return;
            }
            long upTo = mailbox.sweepable(ackedBefore, now);
            if (upTo >= 0 && holds(mailbox.queue())) {
                steps.add(store.trim(mailbox.queue().name(), upTo).whenComplete((done, error) -> {
                    if (error != null) {
                        mailbox.unswept(upTo, ackedBefore);
                    }
                }));
            }
        }
    }

    /** What may be removed if the store finds it empty, and the registry that nobody uses it. */
    private List<QueueName> unused() {
        long usedBefore = clocks.nanoTime() - limits.idleMailbox().toNanos();
        List<QueueName> unused = new ArrayList<>();
        for (Mailbox mailbox : registry.mailboxes()) {
            if (mailbox.usedNanos() - usedBefore < 0 && !holds(mailbox.queue())) {
                unused.add(mailbox.queue().name());
            }
        }
        for (Topic topic : registry.topics()) {
            if (!holds(topic.queue())) {
                unused.add(topic.queue().name());
            }
        }
        return unused.subList(0, Math.min(MOST, unused.size()));
    }

    /** Asked first, so that a store need not be asked for what is nothing. */
    private boolean holds(Queue queue) {
        return store.size(queue.name()).messages() > 0;
    }
}
