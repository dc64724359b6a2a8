// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Message;
import dev.perch.mailbox.Page;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What is known in memory of a queue that lies in the file: its floor, its newest messages, and a slip for each older
 * one. Its own lock makes each call one step, so that a page and its floor belong together. Only the writer's thread
 * changes it, which may therefore look without the lock.
 */
final class StoredQueue {
    private final QueueName name;
    private final long id;
    private final long since;
    private long floor;
    private long handed;
    private long acked;
    private long bytes;
    /** No message expires before. */
    private long soonest = Long.MAX_VALUE;

    /** The messages that are in the file only. Null when there are none, as it is for most queues. */
    private Window<Slip> older;
    /** All messages behind them. Null when there are none. */
    private Window<Message> window;

    /** A queue without messages. */
    StoredQueue(QueueRow row) {
        this.name = row.name();
        this.id = row.id();
        this.since = row.since();
        this.floor = row.floor();
        this.handed = row.handed();
        this.acked = row.acked();
    }

    /** It has this message, too, behind all others. Called before anybody else knows it. */
    void holds(Slip message) {
        age(message);
        bytes += message.bytes();
        soonest = Math.min(soonest, message.expires());
    }

    private void age(Slip message) {
        older = older == null ? Window.ofSlips() : older;
        older.add(message);
    }

    QueueName name() {
        return name;
    }

    long id() {
        return id;
    }

    int count() {
        return size(older) + size(window);
    }

    private static int size(Window<?> window) {
        return window == null ? 0 : window.size();
    }

    long bytes() {
        return bytes;
    }

    /** No message expires before this time, in milliseconds since 1970. */
    long soonest() {
        return soonest;
    }

    /** The offset of the oldest message, or the largest of all when there is none. */
    long oldest() {
        if (older != null) {
            return older.get(0).offset();
        }
        return window == null ? Long.MAX_VALUE : window.get(0).offset();
    }

    /** The offset of the newest message, or the floor when there is none. */
    long last() {
        if (window != null) {
            return window.get(window.size() - 1).offset();
        }
        return older == null ? floor : older.get(older.size() - 1).offset();
    }

    long floor() {
        return floor;
    }

    /** As it lies in the file. */
    QueueRow row() {
        return new QueueRow(id, name, floor, since, handed, acked);
    }

    synchronized Store.Size size() {
        return new Store.Size(count(), bytes, floor);
    }

    /** Reads a page; null when part of it is in the file only. */
    synchronized Page read(long after, int limit, long maxBytes, long millis) {
        if (older != null && after < older.get(older.size() - 1).offset()) {
            return null;
        }
        Excerpt excerpt = new Excerpt(floor, limit, maxBytes, millis);
        if (window != null) {
            window.forEachAfter(after, excerpt::take);
        }
        return excerpt.page();
    }

    /** What a page is made of that must be read from the file. */
    synchronized Readers.Wanted wanted(long after, int limit, long maxBytes, long millis) {
        List<Slip> slips = new ArrayList<>();
        int[] rest = {limit};
        forEachAfter(after, slip -> {
            rest[0] -= millis < slip.expires() ? 1 : 0;
            return slips.add(slip) && rest[0] >= 0;
        });
        long end = rest[0] < 0 ? slips.get(slips.size() - 1).offset() : Long.MAX_VALUE;
        return new Readers.Wanted(name, slips, end, limit, maxBytes, millis);
    }

    /** Shows the messages behind an offset until one is not taken. */
    void forEachAfter(long offset, Predicate<Slip> taker) {
        boolean[] more = {true};
        if (older != null) {
            older.forEachAfter(offset, slip -> more[0] = taker.test(slip));
        }
        if (more[0] && window != null) {
            window.forEachAfter(offset, message -> taker.test(Slip.of(message)));
        }
    }

    /** Takes over what a turn has made of it. */
    synchronized void become(TurnQueue turn) {
        floor = turn.row().floor();
        handed = turn.row().handed();
        acked = turn.row().acked();
        bytes = turn.bytes();
        soonest = turn.soonest();
        if (!turn.added().isEmpty()) {
            window = window == null ? Window.ofMessages() : window;
            turn.added().forEach(window::add);
        }
        if (!turn.dropped().isEmpty()) {
            older = without(older, turn);
            window = without(window, turn);
        }
    }

    private static <T> Window<T> without(Window<T> all, TurnQueue turn) {
        if (all != null) {
            all.removeAll(turn.dropped());
        }
        return size(all) == 0 ? null : all;
    }

    /** The oldest message of the window leaves it. */
    synchronized void evict(Message message) {
        window.removeOldest(1);
        window = size(window) == 0 ? null : window;
        age(Slip.of(message));
    }

    /** What is in memory. */
    synchronized List<Message> window() {
        return window == null ? List.of() : window.messages();
    }
}
