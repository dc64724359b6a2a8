// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Messages of one queue in memory, by offset. Its owner's lock guards it. */
final class Window implements Iterable<Message> {
    private final ArrayList<Message> messages = new ArrayList<>(0);

    void add(Message message) {
        messages.add(message);
    }

    int size() {
        return messages.size();
    }

    Message get(int index) {
        return messages.get(index);
    }

    @Override
    public Iterator<Message> iterator() {
        return messages.iterator();
    }

    /** Shows the messages behind an offset until one is not taken. */
    void forEachAfter(long offset, Predicate<Message> taker) {
        int i = indexAfter(offset);
        while (i < messages.size() && taker.test(messages.get(i))) {
            i++;
        }
    }

    /** Takes the oldest messages out, and returns them. */
    List<Message> removeOldest(int count) {
        List<Message> oldest = messages.subList(0, count);
        List<Message> removed = List.copyOf(oldest);
        oldest.clear();
        return removed;
    }

    /** Takes those with these offsets out, as far as they are there. The first are mostly the oldest. */
    void removeAll(List<Long> offsets) {
        long first = messages.isEmpty() ? Long.MAX_VALUE : messages.get(0).offset();
        int oldest = 0;
        Set<Long> others = new HashSet<>(0);
        for (Long offset : offsets) {
            if (oldest < messages.size() && messages.get(oldest).offset() == offset) {
                oldest++;
            } else if (offset > first) {
                others.add(offset);
            }
        }
        removeOldest(oldest);
        if (!others.isEmpty()) {
            messages.removeIf(message -> others.contains(message.offset()));
        }
    }

    /** All of them, as they are at this moment. */
    List<Message> messages() {
        return List.copyOf(messages);
    }

    /** The index of the first message behind the offset. Most readers are near the end, so the search begins there. */
    int indexAfter(long offset) {
        int high = messages.size();
        int low = high;
        for (int step = 1; low > 0 && messages.get(low - 1).offset() > offset; step *= 2) {
            high = low - 1;
            low = Math.max(0, high - step);
        }
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
