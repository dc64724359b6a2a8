// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import java.util.AbstractList;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * A list that grows at its end and loses its oldest elements at no cost: what stays is not moved up each time. A full
 * queue drops one message for each that it takes. Its owner's lock guards it.
 *
 * @param <T> what is in it; where that lies is known to the classes that extend this one, by place
 */
abstract class OldestFirst<T> extends AbstractList<T> {
    /** The place of the oldest element; what lies before is free. */
    private int first;

    private int size;

    /** For how many elements there are places now. */
    abstract int places();

    /** Provides for so many. */
    abstract void provide(int places);

    /** Moves so many elements, as {@link System#arraycopy} does. */
    abstract void move(int from, int to, int count);

    /** Forgets the elements in these places, the last excluded. */
    abstract void forget(int from, int to);

    @Override
    public final int size() {
        return size;
    }

    /** Where the element with this index is. */
    final int place(int index) {
        return first + Objects.checkIndex(index, size);
    }

    /** Where a further element, which is counted from now on, is to be put. */
    final int placeForNext() {
        if (first + size == places()) {
            // Each element is moved for one that went before: on average none is moved more than twice.
            if (first > size / 2) {
                move(first, 0, size);
                forget(Math.max(first, size), first + size);
                first = 0;
            } else {
                provide(places() + places() / 2 + 1);
            }
        }
        return first + size++;
    }

    @Override
    public final T remove(int index) {
        T removed = get(index);
        removeRange(index, index + 1);
        return removed;
    }

    /** Looks at each element once, in order, and moves none more than once. The filter must not fail. */
    @Override
    public final boolean removeIf(Predicate<? super T> filter) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (!filter.test(get(i))) {
                move(first + i, first + kept++, 1);
            }
        }
        boolean changed = kept < size;
        removeRange(kept, size);
        return changed;
    }

    @Override
    protected final void removeRange(int from, int to) {
        int count = to - from;
        if (from == 0) {
            forget(first, first + count);
            first += count;
        } else {
            move(first + to, first + from, size - to);
            forget(first + size - count, first + size);
        }
        size -= count;
        if (size == 0) {
            first = 0;
        }
    }
}
