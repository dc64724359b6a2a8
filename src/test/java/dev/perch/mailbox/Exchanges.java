// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import dev.perch.store.MemoryStore;
import java.util.concurrent.Executor;

/** Exchanges for tests that set the clocks themselves. */
final class Exchanges {
    private Exchanges() {}

    /** One that keeps its messages in memory, in the epoch {@code e1}. */
    static Exchange inMemory(Limits limits, ManualClocks clocks, Wheel wheel, Executor executor) {
        return new Exchange(
                new MemoryStore(limits, clocks.clocks(), "e1"),
                limits,
                Presence.Settings.DEFAULT,
                clocks.clocks(),
                wheel,
                executor);
    }
}
