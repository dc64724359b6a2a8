// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.List;
import java.util.function.ToLongFunction;

/** Finds places in lists whose elements have offsets and lie in their order. */
public final class Offsets {
    /** That of a message. */
    public static final ToLongFunction<Message> OF_MESSAGE = Message::offset;

    private Offsets() {}

    /**
     * The index of the first element behind an offset, or the size of the list when there is none. Most who ask are
     * near the end, so the search begins there.
     *
     * @param elements in the order of their offsets
     * @param offset that of an element
     * @param after the offset behind which it is to lie
     */
    public static <T> int firstAfter(List<T> elements, ToLongFunction<T> offset, long after) {
        int high = elements.size();
        int low = high;
        for (int step = 1; low > 0 && offset.applyAsLong(elements.get(low - 1)) > after; step *= 2) {
            high = low - 1;
            low = Math.max(0, high - step);
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (offset.applyAsLong(elements.get(middle)) <= after) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
