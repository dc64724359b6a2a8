// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Message;
import dev.perch.mailbox.Offsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** Messages of one queue in memory, or their slips, by offset. Its owner's lock guards it. */
final class Window<T> {
    private final ToLongFunction<T> offset;
    private final List<T> messages;

    /** One that is empty as the list is, in which it keeps such things, which have an offset. */
    private Window(List<T> empty, ToLongFunction<T> offset) {
        this.messages = empty;
        this.offset = offset;
    }

    static Window<Message> ofMessages() {
        return new Window<>(new Messages(), Offsets.OF_MESSAGE);
    }

    static Window<Slip> ofSlips() {
        return new Window<>(new Slips(), Slip::offset);
    }

    void add(T message) {
        messages.add(message);
    }

    int size() {
        return messages.size();
    }

    T get(int index) {
        return messages.get(index);
    }

    /** Shows the messages behind an offset until one is not taken. */
    void forEachAfter(long after, Predicate<T> taker) {
        int i = indexAfter(after);
        while (i < messages.size() && taker.test(messages.get(i))) {
            i++;
        }
    }

    private long offset(int index) {
        return offset.applyAsLong(messages.get(index));
    }

    /** Takes the oldest messages out, and returns them. */
    List<T> removeOldest(int count) {
        List<T> oldest = messages.subList(0, count);
        List<T> removed = List.copyOf(oldest);
        oldest.clear();
        return removed;
    }

    /** Takes those out that the filter names; it is shown each once, in order. */
    void removeIf(Predicate<T> filter) {
        messages.removeIf(filter);
    }

    /** Takes those with these offsets out, as far as they are there. The first are mostly the oldest. */
    void removeAll(Collection<Long> offsets) {
        long first = messages.isEmpty() ? Long.MAX_VALUE : offset(0);
        int oldest = 0;
        Set<Long> others = new HashSet<>(0);
        for (Long each : offsets) {
            if (oldest < messages.size() && offset(oldest) == each) {
                oldest++;
            } else if (each > first) {
                others.add(each);
            }
        }
        removeOldest(oldest);
        if (!others.isEmpty()) {
            messages.removeIf(message -> others.contains(offset.applyAsLong(message)));
        }
    }

    /** All of them, as they are at this moment. */
    List<T> messages() {
        return List.copyOf(messages);
    }

    /** The index of the first message behind the offset. */
    int indexAfter(long after) {
        return Offsets.firstAfter(messages, offset, after);
    }
}
