// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.time.Duration;
import java.time.Instant;

/** Clocks that stand still until somebody moves them. */
final class ManualClocks {
    private static final long START_MILLIS = 1_760_000_000_000L;

    private long nanos;

    long nanos() {
        return nanos;
    }

    long millis() {
        return START_MILLIS + nanos / 1_000_000;
    }

    void advance(Duration time) {
        nanos += time.toNanos();
    }

    Clocks clocks() {
        return new Clocks(() -> Instant.ofEpochMilli(millis()), this::nanos);
    }
}
