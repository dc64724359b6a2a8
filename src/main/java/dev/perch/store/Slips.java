// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Objects;

/** Slips in a list that takes 24 bytes for each: there may be millions whose messages are in the file only. */
final class Slips extends AbstractList<Slip> {
    /**
     * The longs of one: offset, expiry, and the bytes, doubled, with the lowest bit set for a time-to-live of its own.
     */
    private static final int LONGS = 3;

    private static final int FIRST = 2;

    private long[] values = new long[FIRST * LONGS];
    private int size;

    @Override
    public int size() {
        return size;
    }

    @Override
    public Slip get(int index) {
        int at = Objects.checkIndex(index, size) * LONGS;
        return new Slip(values[at], values[at + 2] >> 1, values[at + 1], (values[at + 2] & 1) != 0);
    }

    @Override
    public boolean add(Slip slip) {
        int at = size * LONGS;
        if (at == values.length) {
            values = Arrays.copyOf(values, (size + size / 2 + 1) * LONGS);
        }
        values[at] = slip.offset();
        values[at + 1] = slip.expires();
        values[at + 2] = slip.bytes() << 1 | (slip.ownTtl() ? 1 : 0);
        size++;
        return true;
    }

    @Override
    public Slip remove(int index) {
        Slip removed = get(index);
        removeRange(index, index + 1);
        return removed;
    }

    @Override
    protected void removeRange(int from, int to) {
        System.arraycopy(values, to * LONGS, values, from * LONGS, (size - to) * LONGS);
        size -= to - from;
    }
}
