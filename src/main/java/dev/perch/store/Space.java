// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Refusal;
import dev.perch.mailbox.Store.Intake;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Finds room in memory for what is to be stored, and drops what gives way to it. Used under the store's lock. */
final class Space {
    private final Limits limits;
    private final Clocks clocks;
    private final Map<QueueName, MemoryQueue> queues;
    private final Ledger ledger;
    private final Keys keys;

    Space(Limits limits, Clocks clocks, Map<QueueName, MemoryQueue> queues, Ledger ledger, Keys keys) {
        this.limits = limits;
        this.clocks = clocks;
        this.queues = queues;
        this.ledger = ledger;
        this.keys = keys;
    }

    /** Lets as many messages go as the drafts need; nothing but what has expired is dropped for refused drafts. */
    Refusal make(QueueName name, List<Draft> drafts, Intake intake) {
        int more = drafts.size();
        long bytes = drafts.stream().mapToLong(Draft::bytes).sum();
        if (more > limits.messages(name) || bytes > limits.bytes(name)) {
            return Refusal.NEVER_FITS;
        }
        long now = clocks.millis();
        MemoryQueue queue = queues.getOrDefault(name, new MemoryQueue(0));
        MemoryQueue.Room queueRoom =
                (count, kept) -> count + more <= limits.messages(name) && kept + bytes <= limits.bytes(name);
        MemoryQueue.Room room = (count, kept) -> queueRoom.suffices(count, kept)
                && ledger.fits(more + count - queue.count(), bytes + kept - queue.bytes(), keys.bytes());
        long droppable = intake.droppable(name);
        if (queue.surplus(droppable, queueRoom) < 0) {
            ledger.remove(queue.dropExpired(now));
            if (queue.surplus(droppable, queueRoom) < 0) {
                return Refusal.MAILBOX_FULL;
            }
        }
        int surplus = queue.surplus(droppable, room);
        if (surplus < 0) {
            relieve(name, more, bytes, intake);
            surplus = queue.surplus(droppable, room);
        }
        if (surplus < 0) {
            return Refusal.STORE_FULL;
        }
        ledger.remove(queue.dropOldest(surplus, now));
        return null;
    }

    /** The store is full: what is expired goes, then what was acknowledged, then the oldest that was handed out. */
    private void relieve(QueueName name, int more, long bytes, Intake intake) {
        if (!ledger.mayRelieve(clocks.nanoTime())) {
            return;
        }
        long now = clocks.millis();
        keys.expire();
        queues.values().forEach(queue -> ledger.remove(queue.dropExpired(now)));
        List<Message> handed = handed(intake);
        if (!suffices(handed, name, more, bytes)) {
            return;
        }
        queues.forEach((mailbox, queue) -> {
            if (mailbox.isMailbox()) {
                ledger.remove(queue.dropUpTo(intake.acked(mailbox), now));
            }
        });
        for (Message message : handed) {
            if (ledger.isRelieved(keys.bytes()) && ledger.fits(more, bytes, keys.bytes())) {
                return;
            }
            ledger.remove(queues.get(message.queue()).dropUpTo(message.offset(), now));
        }
    }

    /** What was handed out of all mailboxes, acknowledged or not, oldest first. */
    private List<Message> handed(Intake intake) {
        List<Message> handed = new ArrayList<>();
        queues.forEach((name, queue) -> {
            if (name.isMailbox()) {
                long upTo = intake.droppable(name);
                queue.messages().stream()
                        .filter(message -> message.offset() <= upTo)
                        .forEach(handed::add);
            }
        });
        handed.sort(Comparator.comparingLong(Message::offset));
        return handed;
    }

    /** Whether there is room once these have gone, and, for a topic, all that it holds itself. */
    private boolean suffices(List<Message> handed, QueueName name, int more, long bytes) {
        List<Message> gone = new ArrayList<>(handed);
        if (!name.isMailbox() && queues.containsKey(name)) {
            gone.addAll(queues.get(name).messages());
        }
        long freed = gone.stream().mapToLong(Message::bytes).sum()
                + gone.stream().mapToLong(Message::encodedBytes).sum();
        return ledger.fits(more - gone.size(), bytes - freed, keys.bytes());
    }
}
