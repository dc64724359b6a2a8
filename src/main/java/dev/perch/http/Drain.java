// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;

/** Whether the server is about to stop. From then on nothing new begins; what is under way is brought to its end. */
public final class Drain {
    private volatile boolean draining;

    /** Begins; there is no way back. */
    public void begin() {
        draining = true;
    }

    /** Whether it has begun. */
    public boolean isDraining() {
        return draining;
    }

    void refuseWhenDraining() throws Refused {
        if (draining) {
            throw Problem.DRAINING.because("send the same request again after Retry-After; cursors stay as they are");
        }
    }
}
