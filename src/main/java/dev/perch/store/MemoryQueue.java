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

    synchronized Page read(long after, int limit, long maxBytes, long millis) {
        List<Message> found = new ArrayList<>();
        long sum = 0;
        long missed = floor;
        for (int i = indexAfter(after); i < messages.size(); i++) {
            Message message = messages.get(i);
            if (message.expired(millis)) {
                missed = message.hasOwnTtl() ? missed : message.offset();
                continue;
            }
            sum += message.bytes();
            if (found.size() == limit || (!found.isEmpty() && sum > maxBytes)) {
                return new Page(found, found.get(found.size() - 1).offset(), missedBefore(found, missed));
            }
            found.add(message);
        }
        return new Page(found, Long.MAX_VALUE, missed);
    }

    /** An expired message behind the end of the page is the next page's business. */
    private long missedBefore(List<Message> found, long missed) {
        return missed > found.get(found.size() - 1).offset() ? floor : missed;
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
    synchronized List<Message> dropOldest(int count) {
        List<Message> oldest = messages.subList(0, count);
        List<Message> dropped = List.copyOf(oldest);
        oldest.clear();
        dropped.forEach(this::forget);
        return dropped;
    }

    /** Drops the messages up to an offset, and returns them. */
    synchronized List<Message> dropUpTo(long offset) {
        return dropOldest(indexAfter(offset));
    }

    /** Drops what has expired, and returns it. */
    synchronized List<Message> dropExpired(long millis) {
        List<Message> dropped = new ArrayList<>(0);
        for (Iterator<Message> all = messages.iterator(); all.hasNext(); ) {
            Message message = all.next();
            if (message.expired(millis)) {
                all.remove();
                bytes -= message.bytes();
                floor = message.hasOwnTtl() ? floor : Math.max(floor, message.offset());
                dropped.add(message);
            }
        }
        return dropped;
    }

    private void forget(Message message) {
        bytes -= message.bytes();
        floor = Math.max(floor, message.offset());
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
