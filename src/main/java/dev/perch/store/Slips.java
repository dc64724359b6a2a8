// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import java.util.Arrays;

/** Slips in a list that takes 24 bytes for each: there may be millions whose messages are in the file only. */
final class Slips extends OldestFirst<Slip> {
    /**
     * The longs of one: offset, expiry, and the bytes, doubled, with the lowest bit set for a time-to-live of its own.
     */
    private static final int LONGS = 3;

    private static final int FIRST = 2;

    private long[] values = new long[FIRST * LONGS];

    @Override
    public Slip get(int index) {
        int at = place(index) * LONGS;
        return new Slip(values[at], values[at + 2] >> 1, values[at + 1], (values[at + 2] & 1) != 0);
    }

    @Override
    public boolean add(Slip slip) {
        int at = placeForNext() * LONGS;
        values[at] = slip.offset();
        values[at + 1] = slip.expires();
        values[at + 2] = slip.bytes() << 1 | (slip.ownTtl() ? 1 : 0);
        return true;
    }

    @Override
    int places() {
        return values.length / LONGS;
    }

    @Override
    void provide(int places) {
        values = Arrays.copyOf(values, places * LONGS);
    }

    @Override
    void move(int from, int to, int count) {
        System.arraycopy(values, from * LONGS, values, to * LONGS, count * LONGS);
    }

    @Override
    void forget(int from, int to) {
        // Numbers keep nothing alive.
    }
}
