// SPDX-License-Identifier: Apache-2.0

import java.util.Arrays;

/** Numbers, in the order they came until they are asked about. */
final class Samples {
    private long[] values = new long[1024];
    private int size;

    void add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        values[size++] = value;
    }

    long percentile(double percent) {
        Loop.require(size > 0, "nothing was measured");
        Arrays.sort(values, 0, size);
        return values[Math.min(size - 1, (int) (size * percent / 100))];
    }
}
