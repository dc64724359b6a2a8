// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Refusal;
import dev.perch.mailbox.Store.Intake;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Finds room for what is to be stored, and drops what gives way to it. For one thread at a time. */
final class Space {
    private final Limits limits;
    private final Clocks clocks;
    private final Shelves shelves;
    private final Ledger ledger;
    private final Keys keys;

    Space(Limits limits, Clocks clocks, Shelves shelves, Ledger ledger, Keys keys) {
        this.limits = limits;
        this.clocks = clocks;
        this.shelves = shelves;
        this.ledger = ledger;
        this.keys = keys;
    }

    /** Lets as many messages go as the drafts need; nothing but what has expired is dropped for refused drafts. */
    Refusal make(QueueName name, List<Draft> drafts, Intake intake) {
        int more = drafts.size();
        long bytes = bytes(drafts);
        if (more > limits.messages(name) || bytes > limits.bytes(name)) {
            return Refusal.NEVER_FITS;
        }
        long now = clocks.millis();
        Shelf queue = shelves.shelf(name);
        Shelf.Room queueRoom =
                (count, kept) -> count + more <= limits.messages(name) && kept + bytes <= limits.bytes(name);
        Shelf.Room room = (count, kept) -> queueRoom.suffices(count, kept)
                && ledger.fits(more + count - queue.count(), bytes + kept - queue.bytes(), keys.bytes());
        if (room.suffices(queue.count(), queue.bytes())) {
            return null;
        }
        long droppable = intake.droppable(name);
        if (queue.surplus(droppable, queueRoom) < 0) {
            queue.dropExpired(now);
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
        queue.dropOldest(surplus, now);
        return null;
    }

    private static long bytes(List<Draft> drafts) {
        long bytes = 0;
        for (Draft draft : drafts) {
            bytes += draft.bytes();
        }
        return bytes;
    }

    /** The store is full: what is expired goes, then what was acknowledged, then the oldest that was handed out. */
    private void relieve(QueueName name, int more, long bytes, Intake intake) {
        if (!ledger.mayRelieve(clocks.nanoTime())) {
            return;
        }
        long now = clocks.millis();
        keys.expire();
        shelves.dropExpired(now);
        Handed handed = new Handed(intake);
        shelves.forEachInMailboxes(intake::droppable, handed::add);
        if (!suffices(handed, name, more, bytes)) {
            return;
        }
        for (Handed.Entry entry : handed.inOrder()) {
            if (ledger.isRelieved(keys.bytes()) && ledger.fits(more, bytes, keys.bytes())) {
                return;
            }
            shelves.shelf(entry.queue()).dropUpTo(entry.offset(), now);
        }
    }

    /** Whether there is room once these have gone, and, for a topic, all that it holds itself. */
    private boolean suffices(Handed handed, QueueName name, int more, long bytes) {
        Handed gone = new Handed(handed);
        if (!name.isMailbox()) {
            shelves.shelf(name).forEachUpTo(Long.MAX_VALUE, slip -> gone.count(slip.bytes()));
        }
        return ledger.fits(more - gone.count, bytes - gone.bytes, keys.bytes());
    }

    /** What was handed out of all mailboxes: how much that is, and which of it gives way first. */
    private static final class Handed {
        /** More than ever go at once. */
        private static final int MOST = 20_000;

        private static final Comparator<Entry> ORDER =
                Comparator.comparing(Entry::acked).reversed().thenComparingLong(Entry::offset);

        private record Entry(QueueName queue, long offset, boolean acked) {}

        private final Intake intake;
        /** Those that would go last come out first. */
        private final PriorityQueue<Entry> first = new PriorityQueue<>(ORDER.reversed());

        private long count;
        private long bytes;

        Handed(Intake intake) {
            this.intake = intake;
        }

        Handed(Handed other) {
            this(other.intake);
            this.count = other.count;
            this.bytes = other.bytes;
        }

        void add(QueueName queue, Slip slip) {
            count(slip.bytes());
            first.add(new Entry(queue, slip.offset(), slip.offset() <= intake.acked(queue)));
            if (first.size() > MOST) {
                first.poll();
            }
        }

        void count(long messageBytes) {
            count++;
            bytes += messageBytes;
        }

        /** Acknowledged ones before others, and then the oldest first. */
        List<Entry> inOrder() {
            List<Entry> entries = new ArrayList<>(first);
            entries.sort(ORDER);
            return entries;
        }
    }
}
