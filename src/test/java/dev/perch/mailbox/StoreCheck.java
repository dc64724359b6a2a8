// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The part of the model that watches what a store takes, refuses and drops. */
final class StoreCheck {
    private record Remembered(String fingerprint, Receipt receipt, long nanos) {}

    private final Model model;
    private final Map<QueueName, Map<String, Remembered>> keys = new HashMap<>();

    StoreCheck(Model model) {
        this.model = model;
    }

    void forgetKeys(QueueName queue) {
        keys.remove(queue);
    }

    void appended(QueueName queue, List<Draft> drafts, Key key, Publication outcome, Holdings before) {
        Holdings after = model.holdings();
        Remembered first = key == null ? null : remembered(queue, key);
        if (first != null) {
            boolean same = first.fingerprint().equals(key.fingerprint());
            model.check(
                    outcome == (same ? first.receipt() : Refusal.KEY_REUSED), "key %s gave %s", key.value(), outcome);
            stayed(before, after);
        } else if (outcome instanceof Receipt receipt) {
            taken(queue, drafts, receipt, before, after);
            if (key != null) {
                keys.computeIfAbsent(queue, name -> new HashMap<>())
                        .put(key.value(), new Remembered(key.fingerprint(), receipt, model.clocks.nanos()));
            }
        } else {
            refused(queue, drafts, (Refusal) outcome, before, after);
        }
    }

    private Remembered remembered(QueueName queue, Key key) {
        Remembered found = keys.getOrDefault(queue, Map.of()).get(key.value());
        boolean kept = found != null && model.clocks.nanos() - found.nanos() < Limits.KEY_KEPT.toNanos();
        return kept ? found : null;
    }

    private void stayed(Holdings before, Holdings after) {
        for (QueueName queue : model.queues) {
            model.check(before.of(queue).equals(after.of(queue)), "%s changed without reason", queue);
        }
    }

    private void taken(QueueName queue, List<Draft> drafts, Receipt receipt, Holdings before, Holdings after) {
        List<Message> now = after.of(queue);
        model.check(receipt.count() == drafts.size() && now.size() >= drafts.size(), "%s is not all there", queue);
        List<Message> added = now.subList(now.size() - drafts.size(), now.size());
        for (int i = 0; i < drafts.size(); i++) {
            Message message = added.get(i);
            model.check(Arrays.equals(message.body(), drafts.get(i).body()), "%s has another body", message);
            long offset = receipt.id().offset() - drafts.size() + 1 + i;
            model.check(message.offset() == offset, "%s is not at %s", message, offset);
        }
        Store.Size size = after.size(queue);
        model.check(
                size.messages() <= model.limits.messages(queue) && size.bytes() <= model.limits.bytes(queue),
                "%s holds %s",
                queue,
                size);
        model.check(after.totals().messages() <= model.limits.storeMessages(), "the store is over its limit");
        List<Message> gone = after.goneSince(before, queue);
        if (!gone.isEmpty()) {
            gaveWay(queue, gone, drafts, before);
        }
        for (QueueName other : model.queues) {
            List<Message> others = other.equals(queue) ? List.of() : after.goneSince(before, other);
            if (!others.isEmpty()) {
                model.check(storeIsFull(drafts, before), "%s dropped %s", other, others);
                model.check(other.isMailbox(), "%s dropped %s for others", other, others);
                oldestHanded(other, others, before);
            }
        }
    }

    /** Only the oldest go, only when handed out, and no more of them than must. */
    private void gaveWay(QueueName queue, List<Message> gone, List<Draft> drafts, Holdings before) {
        oldestHanded(queue, gone, before);
        int others = gone.size() - 1;
        long othersBytes = gone.stream().limit(others).mapToLong(Message::bytes).sum();
        Store.Size size = before.size(queue);
        boolean full = size.messages() - others + drafts.size() > model.limits.messages(queue)
                || size.bytes() - othersBytes + bytes(drafts) > model.limits.bytes(queue);
        model.check(full || storeIsFull(drafts, before), "%s dropped %s too early", queue, gone);
    }

    private void oldestHanded(QueueName queue, List<Message> gone, Holdings before) {
        model.check(before.of(queue).subList(0, gone.size()).equals(gone), "%s dropped %s", queue, gone);
        if (queue.isMailbox()) {
            long newest = gone.get(gone.size() - 1).offset();
            model.check(newest <= handed(queue), "%s dropped %s that nobody has had", queue, newest);
        }
    }

    private boolean storeIsFull(List<Draft> drafts, Holdings before) {
        return before.totals().messages() + drafts.size() > model.limits.storeMessages();
    }

    private long handed(QueueName mailbox) {
        Model.Box box = model.boxes.get(mailbox.name());
        return box == null ? 0 : box.handed;
    }

    private static long bytes(List<Draft> drafts) {
        return drafts.stream().mapToLong(Draft::bytes).sum();
    }

    private void refused(QueueName queue, List<Draft> drafts, Refusal refusal, Holdings before, Holdings after) {
        boolean never = drafts.size() > model.limits.messages(queue) || bytes(drafts) > model.limits.bytes(queue);
        model.check((refusal == Refusal.NEVER_FITS) == never, "%s was refused: %s", queue, refusal);
        stayed(before, after);
        if (never) {
            return;
        }
        if (refusal == Refusal.STORE_FULL) {
            model.check(storeIsFull(drafts, before), "the store is not full");
            return;
        }
        model.check(refusal == Refusal.MAILBOX_FULL && queue.isMailbox(), "%s was refused: %s", queue, refusal);
        List<Message> unhanded = before.of(queue).stream()
                .filter(message -> message.offset() > handed(queue))
                .toList();
        long held = unhanded.stream().mapToLong(Message::bytes).sum();
        model.check(
                unhanded.size() + drafts.size() > model.limits.mailboxMessages()
                        || held + bytes(drafts) > model.limits.mailboxBytes(),
                "%s is full of only %s",
                queue,
                unhanded);
    }

    /** Acknowledged messages have gone, and none before its time. */
    void trimmed(QueueName queue, Holdings before) {
        List<Message> gone = model.holdings().goneSince(before, queue);
        Model.Box box = model.boxes.get(queue.name());
        if (gone.isEmpty() || box == null) {
            return;
        }
        long ackedBefore = model.clocks.nanos() - model.limits.ackedKept().toNanos();
        long due = box.acks.stream()
                .filter(ack -> ack[1] <= ackedBefore)
                .mapToLong(ack -> ack[0])
                .max()
                .orElse(0);
        long newest = gone.get(gone.size() - 1).offset();
        model.check(newest <= due, "%s dropped %s, acknowledged long ago up to %s", queue, newest, due);
    }

    /** What lives is still there, and what does not takes no room any more. */
    void expired(Holdings before) {
        Holdings after = model.holdings();
        stayed(before, after);
        for (QueueName queue : model.queues) {
            model.check(
                    after.size(queue).messages() == after.of(queue).size(), "%s still holds what has expired", queue);
        }
    }
}
