// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Message;
import dev.perch.mailbox.Page;
import java.util.ArrayList;
import java.util.List;

/** A page in the making. It is shown the messages of a queue in their order until it has enough. */
final class Excerpt {
    private final int limit;
    private final long maxBytes;
    private final long millis;
    private final List<Message> found = new ArrayList<>();
    private long bytes;
    /** The floor for a reader that stops before the next message, and for one that goes on to the end. */
    private long missed;

    private long passed;
    private boolean full;

    /**
     * An empty page.
     *
     * @param floor that of the queue
     * @param limit how many messages at most
     * @param maxBytes how many bytes at most, but always one message
     * @param millis what has expired at this time is left out
     */
    Excerpt(long floor, int limit, long maxBytes, long millis) {
        this.missed = floor;
        this.passed = floor;
        this.limit = limit;
        this.maxBytes = maxBytes;
        this.millis = millis;
    }

    /** Takes the message unless it has expired. False when the page is full: it is the next page's business. */
    boolean take(Message message) {
        if (!wants(message.bytes(), message.expires())) {
            return false;
        }
        if (message.expired(millis)) {
            // A full page ends before it, so it counts only for those that go on behind it.
            passed = message.hasOwnTtl() ? passed : Math.max(passed, message.offset());
        } else {
            bytes += message.bytes();
            found.add(message);
            missed = passed;
        }
        return true;
    }

    /** Whether the page goes on with a message of which no more is known than this; if not, it is full. */
    boolean wants(long messageBytes, long expires) {
        boolean fits = found.isEmpty() || (found.size() < limit && bytes + messageBytes <= maxBytes);
        full = millis < expires && !fits;
        return !full;
    }

    /** The page, of all that there is. */
    Page page() {
        return page(Long.MAX_VALUE);
    }

    /** The page, when only what lies up to that offset was shown. */
    Page page(long shown) {
        return full ? new Page(found, found.get(found.size() - 1).offset(), missed) : new Page(found, shown, passed);
    }
}
