// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.mailbox.Clocks;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Clocks that go on by themselves and can be set forward, both alike. Any thread may use them. */
public final class ForwardClocks {
    private final AtomicLong ahead = new AtomicLong();

    /** What a server lives by. */
    public Clocks clocks() {
        return new Clocks(this::now, () -> System.nanoTime() + ahead.get());
    }

    /** The time of day. */
    public Instant now() {
        return Instant.now().plusNanos(ahead.get());
    }

    /** Sets them forward. */
    public void pass(Duration time) {
        ahead.addAndGet(time.toNanos());
    }
}
