// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import java.util.concurrent.atomic.AtomicInteger;

/** Whether the server is about to stop. From then on nothing new begins; what is under way is brought to its end. */
public final class Drain {
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean draining;

    /** Begins; there is no way back. */
    public void begin() {
        draining = true;
    }

    /** Whether it has begun. */
    public boolean isDraining() {
        return draining;
    }

    /** A request has come in, or, with -1, its answer is written. */
    void count(int change) {
        underWay.addAndGet(change);
    }

    /** Whether some request has no answer yet. */
    boolean isBusy() {
        return underWay.get() > 0;
    }

    void refuseWhenDraining() throws Refused {
        if (draining) {
            throw Problem.DRAINING.because("send the same request again after Retry-After; cursors stay as they are");
        }
    }
}
