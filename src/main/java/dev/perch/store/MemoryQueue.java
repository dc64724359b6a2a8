// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Message;
import dev.perch.mailbox.Page;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The messages of one queue in memory, oldest first, and its floor. Its own lock makes each call one step. */
final class MemoryQueue {
    private final ArrayList<Message> messages = new ArrayList<>(2);
    private long bytes;
    private long floor;

    MemoryQueue(long floor) {
        this.floor = floor;
    }

    synchronized void add(Message message) {
        messages.add(message);
        bytes += message.bytes();
    }

    synchronized int count() {
        return messages.size();
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized long floor() {
        return floor;
    }

    /** The offset of the newest message, or the floor when there is none. */
    synchronized long last() {
        return messages.isEmpty() ? floor : messages.get(messages.size() - 1).offset();
    }

    /** The messages kept, oldest first, at this moment. */
    synchronized List<Message> messages() {
        return List.copyOf(messages);
    }

    /** Reads a page. An expired message behind its end is the next page's business. */
    synchronized Page read(long after, int limit, long maxBytes, long millis) {
        List<Message> found = new ArrayList<>();
        long sum = 0;
        long missed = floor;
        long passed = floor;
        for (int i = indexAfter(after); i < messages.size(); i++) {
            Message message = messages.get(i);
            if (message.expired(millis)) {
                passed = message.hasOwnTtl() ? passed : Math.max(passed, message.offset());
                continue;
            }
            sum += message.bytes();
            if (found.size() == limit || (!found.isEmpty() && sum > maxBytes)) {
                return new Page(found, found.get(found.size() - 1).offset(), missed);
            }
            found.add(message);
            missed = passed;
        }
        return new Page(found, Long.MAX_VALUE, passed);
    }

    /** What must be true of the messages that stay, so that others can be added. */
    interface Room {
        boolean suffices(int count, long bytes);
    }

    /** How many of the oldest messages, up to the offset, must go so that there is room; -1 when there cannot be. */
    synchronized int surplus(long droppable, Room room) {
        long kept = bytes;
        int gone = 0;
        while (!room.suffices(messages.size() - gone, kept)) {
            if (gone == messages.size() || messages.get(gone).offset() > droppable) {
                return -1;
            }
            kept -= messages.get(gone++).bytes();
        }
        return gone;
    }

    /** Drops the oldest messages, and returns them. */
    synchronized List<Message> dropOldest(int count, long millis) {
        List<Message> oldest = messages.subList(0, count);
        List<Message> dropped = List.copyOf(oldest);
        oldest.clear();
        dropped.forEach(message -> forget(message, millis));
        return dropped;
    }

    /** Drops the messages up to an offset, and returns them. */
    synchronized List<Message> dropUpTo(long offset, long millis) {
        return dropOldest(indexAfter(offset), millis);
    }

    /** Drops what has expired, and returns it. */
    synchronized List<Message> dropExpired(long millis) {
        List<Message> dropped = new ArrayList<>(0);
        for (Iterator<Message> all = messages.iterator(); all.hasNext(); ) {
            Message message = all.next();
            if (message.expired(millis)) {
                all.remove();
                forget(message, millis);
                dropped.add(message);
            }
        }
        return dropped;
    }

    /** Nobody misses a message that has lived as long as its publisher wished. */
    private void forget(Message message, long millis) {
        bytes -= message.bytes();
        if (!message.hasOwnTtl() || !message.expired(millis)) {
            floor = Math.max(floor, message.offset());
        }
    }

    /** The index of the first message behind the offset. */
    private int indexAfter(long offset) {
        int low = 0;
        int high = messages.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (messages.get(middle).offset() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
