// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The two clocks of the server. The wall clock stamps messages and ends their time-to-live; it may jump. Everything
 * that is waited for is measured with the nanosecond clock, which never goes back.
 *
 * @param wall the time of day
 * @param nanos a steady count of nanoseconds with an arbitrary origin, as {@link System#nanoTime()}
 */
public record Clocks(InstantSource wall, LongSupplier nanos) {
    /** The clocks of the machine. */
    public static Clocks system() {
        return new Clocks(InstantSource.system(), System::nanoTime);
    }

    /** Milliseconds since 1970, by the wall clock. */
    public long millis() {
        return wall.millis();
    }

    /** Nanoseconds, by the steady clock; only differences mean something. */
    public long nanoTime() {
        return nanos.getAsLong();
    }
}
