// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A mailbox: the reader's side of a queue. It knows how far its readers are, what else they follow, and who of them is
 * parked.
 *
 * <p>Its own lock guards everything in it that changes. Under that lock there are only field accesses and the
 * compare-and-set of a {@link Waiter}; nobody is called.
 */
final class Mailbox {
    /** How long an acknowledged message stays is counted from a mark: the oldest acknowledgement not yet swept. */
    private static final long NO_MARK = -1;

    private final Queue queue;
    private final long since;
    private final Presence presence;
    private volatile Map<String, Long> follows;
    private List<Reader> parked = List.of();
    private long handed;
    private long acked;
    /** The positions as the store has them. */
    private long savedHanded;

    private long savedAcked;
    private long mark = NO_MARK;
    private long markNanos;
    private long usedNanos;
    private boolean read;
    private boolean removed;
    /** The acknowledgements that publishers wait for; null as long as nobody ever has. */
    private Expected expected;

    Mailbox(Queue queue, MailboxRecord mailbox, Presence presence, long nanos) {
        this.queue = queue;
        this.since = mailbox.since();
        this.presence = presence;
        this.handed = mailbox.handed();
        this.acked = mailbox.acked();
        this.savedHanded = handed;
        this.savedAcked = acked;
        this.follows = Map.copyOf(mailbox.follows());
        this.read = handed != since;
        follows.values().forEach(this::reachBack);
        if (acked > since) {
            // Found in the store: nobody knows when these were acknowledged, so their time begins now.
            unswept(acked, nanos);
        }
        this.usedNanos = nanos;
    }

    Queue queue() {
        return queue;
    }

    String name() {
        return queue.name().name();
    }

    /** From which offset on it follows broadcast: where it was created. */
    long since() {
        return since;
    }

    /** Whether somebody reads it, and since when. */
    Presence presence() {
        return presence;
    }

    /** The topics it follows, each from its offset on. The map never changes; a change makes another one. */
    Map<String, Long> follows() {
        return follows;
    }

    synchronized void follow(String topic, long from) {
        Map<String, Long> more = new TreeMap<>(follows);
        more.put(topic, from);
        follows = Map.copyOf(more);
        reachBack(from);
    }

    /** What lies on a topic before the mailbox was made is handed out, too, unless somebody has read already. */
    private void reachBack(long from) {
        if (!read && from < handed) {
            handed = from;
            acked = Math.min(acked, from);
        }
    }

    synchronized void leave(String topic) {
        Map<String, Long> fewer = new TreeMap<>(follows);
        fewer.remove(topic);
        follows = Map.copyOf(fewer);
    }

    synchronized long handed() {
        return handed;
    }

    synchronized long acked() {
        return acked;
    }

    synchronized boolean isRemoved() {
        return removed;
    }

    /**
     * A read begins; its end is told to {@link #presence}. False when the mailbox has just been removed and another
     * must be made.
     */
    boolean use(long nanos) {
        touch(nanos);
        if (isRemoved()) {
            return false;
        }
        presence.enter();
        return true;
    }

    /** Somebody takes an interest in it without reading. */
    synchronized void touch(long nanos) {
        usedNanos = nanos;
    }

    /** A reader came back with a cursor, and so has all up to there. Publishers that waited for that are told. */
    void acknowledge(long offset, long nanos) {
        advance(offset, nanos).forEach(reached -> reached.by().meet(offset));
    }

    private synchronized List<Expected.Acknowledgement> advance(long offset, long nanos) {
        read = true;
        handed = Math.max(handed, offset);
        if (offset > acked) {
            acked = offset;
            unswept(offset, nanos);
        }
        return expected == null ? List.of() : expected.reached(acked);
    }

    /** Somebody waits until a reader has acknowledged up to there; perhaps one has. */
    void expect(long offset, Expectation<Long> by) {
        Expected.Acknowledgement added = add(offset, by);
        if (added == null) {
            by.meet(offset);
        } else if (isRemoved()) {
            by.end(End.DELETED);
        } else {
            by.outcome().thenRun(() -> forget(added));
        }
    }

    private synchronized Expected.Acknowledgement add(long offset, Expectation<Long> by) {
        if (offset <= acked) {
            return null;
        }
        if (expected == null) {
            expected = new Expected();
        }
        return expected.add(offset, by);
    }

    private synchronized void forget(Expected.Acknowledgement acknowledgement) {
        expected.remove(acknowledgement);
    }

    /** The acknowledgements that are waited for, and will not come when the mailbox is removed. */
    synchronized List<Expected.Acknowledgement> expected() {
        return expected == null ? List.of() : expected.all();
    }

    /**
     * A read that found messages takes them, unless another ending was quicker.
     *
     * @param waiter the race it must win
     * @param base where a read that goes by {@code handed} believes it to be, or -1 for one with a cursor
     * @param from where the read began
     * @param to how far it takes the messages
     * @return what the reader is to do
     */
    synchronized Claim claim(Waiter waiter, long base, long from, long to) {
        if (base >= 0 && handed != base) {
            return Claim.LOOK_AGAIN;
        }
        if (!waiter.deliver()) {
            return Claim.OVER;
        }
        read = true;
        if (from <= handed) {
            handed = Math.max(handed, to);
        }
        return Claim.WON;
    }

    /** A write failed: what that read was given may be handed out again. */
    synchronized void handBack(long offset) {
        handed = Math.max(acked, Math.min(handed, offset));
    }

    /**
     * Takes in a read that found nothing, unless it is over, and ends those that give way to it. It gives way itself to
     * one without a cursor that began later and was quicker to park.
     *
     * @return the reads that were superseded, already won for the caller, who concludes them
     */
    synchronized List<Reader> park(Reader reader, int limit) {
        if (reader.waiter().isOver()) {
            return List.of();
        }
        if (parked.isEmpty()) {
            parked = List.of(reader);
            return List.of();
        }
        List<Reader> rivals = parked.stream()
                .filter(other -> other.isBare() == reader.isBare())
                .toList();
        int others = reader.isBare() ? 0 : limit - 1;
        List<Reader> superseded = new ArrayList<>(rivals.subList(0, Math.max(0, rivals.size() - others)));
        if (reader.isBare()) {
            superseded.replaceAll(other -> reader.beganBefore(other) ? reader : other);
        }
        List<Reader> stay = new ArrayList<>(parked);
        stay.add(reader);
        stay.removeAll(superseded);
        parked = List.copyOf(stay);
        superseded.removeIf(other -> !other.waiter().end());
        return superseded;
    }

    synchronized void unpark(Reader reader) {
        if (parked.contains(reader)) {
            parked = parked.size() == 1
                    ? List.of()
                    : parked.stream().filter(other -> other != reader).toList();
        }
    }

    /** Those who wait here, oldest first. The list never changes; a change makes another one. */
    synchronized List<Reader> parked() {
        return parked;
    }

    /** Whether it may be removed as unused since that time; if so it takes no reads any more. */
    synchronized boolean retire(long usedBeforeNanos) {
        if (parked.isEmpty() && usedNanos - usedBeforeNanos < 0) {
            removed = true;
        }
        return removed;
    }

    /** It has gone. Returns those who waited. */
    synchronized List<Reader> remove() {
        removed = true;
        return parked;
    }

    /** When it was last read, or found, by the steady clock. */
    synchronized long usedNanos() {
        return usedNanos;
    }

    /** The positions if they have moved since they were last asked for or found, else null. */
    synchronized Store.Positions moved() {
        if (!read || (savedHanded == handed && savedAcked == acked)) {
            return null;
        }
        savedHanded = handed;
        savedAcked = acked;
        return new Store.Positions(name(), handed, acked);
    }

    /** The store could not keep the positions: they are to be asked for again. */
    synchronized void unsaved() {
        savedHanded = -1;
    }

    /** Up to where messages were acknowledged before that time and not yet swept, or -1; asked once for each. */
    synchronized long sweepable(long ackedBeforeNanos, long nanos) {
        if (mark == NO_MARK || markNanos - ackedBeforeNanos > 0) {
            return NO_MARK;
        }
        long upTo = mark;
        mark = acked > upTo ? acked : NO_MARK;
        markNanos = nanos;
        return upTo;
    }

    /** What was acknowledged at that time, up to there, is still to be swept; unless it is known of older ones. */
    synchronized void unswept(long upTo, long nanos) {
        if (mark == NO_MARK) {
            mark = upTo;
            markNanos = nanos;
        }
    }
}
