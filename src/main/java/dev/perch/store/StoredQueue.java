// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Message;
import dev.perch.mailbox.Page;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Store;
import java.util.List;

/**
 * What is known in memory of a queue that lies in the file: its counts, its floor, and a window of its newest messages.
 * Its own lock makes each call one step, so that a page and its floor belong together. Only the writer's thread changes
 * it, which may therefore look without the lock.
 */
final class StoredQueue {
    private final QueueName name;
    private final long id;
    private final long since;
    private long floor;
    private long handed;
    private long acked;
    private long bytes;
    /** No message that is kept has a lower offset. */
    private long oldest;
    /** Behind this offset all messages are in the window. */
    private long windowFrom;

    private int count;
    /** Null when it is empty, as it is for most queues. */
    private Window window;

    /** A queue without messages. */
    StoredQueue(QueueRow row) {
        this.name = row.name();
        this.id = row.id();
        this.since = row.since();
        this.floor = row.floor();
        this.handed = row.handed();
        this.acked = row.acked();
    }

    /** It has these messages, none of them in memory. Called before anybody else knows it. */
    void holds(int messages, long messageBytes, long first, long last) {
        count = messages;
        bytes = messageBytes;
        oldest = first;
        windowFrom = last;
    }

    QueueName name() {
        return name;
    }

    long id() {
        return id;
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    long oldest() {
        return oldest;
    }

    /** As it lies in the file. */
    QueueRow row() {
        return new QueueRow(id, name, floor, since, handed, acked);
    }

    synchronized Store.Size size() {
        return new Store.Size(count, bytes, floor);
    }

    /** Reads a page; null when part of it is not in the window. */
    synchronized Page read(long after, int limit, long maxBytes, long millis) {
        if (after < windowFrom && count > (window == null ? 0 : window.size())) {
            return null;
        }
        Excerpt excerpt = new Excerpt(floor, limit, maxBytes, millis);
        if (window != null) {
            window.forEachAfter(after, excerpt::take);
        }
        return excerpt.page();
    }

    /** Takes over what a turn has made of it. */
    synchronized void become(TurnQueue turn) {
        floor = turn.row().floor();
        handed = turn.row().handed();
        acked = turn.row().acked();
        count = (int) turn.count();
        bytes = turn.bytes();
        oldest = turn.oldest();
        if (!turn.added().isEmpty()) {
            window = window == null ? new Window() : window;
            turn.added().forEach(window::add);
        }
        if (window != null) {
            window.removeAll(turn.dropped());
            shrink();
        }
    }

    /** The oldest message of the window leaves it. */
    synchronized void evict(Message message) {
        windowFrom = message.offset();
        window.removeOldest(1);
        shrink();
    }

    private void shrink() {
        if (window.size() == 0) {
            window = null;
        }
    }

    /** What is in memory. */
    synchronized List<Message> window() {
        return window == null ? List.of() : window.messages();
    }
}
