// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import java.util.concurrent.atomic.AtomicLong;

/** Memory for what many clients may send at once, and not more. Any thread may use it. */
public final class Allowance {
    private final long max;
    private final AtomicLong taken = new AtomicLong();

    /** So many bytes, of which none is taken. */
    public Allowance(long max) {
        this.max = max;
    }

    /** An eighth of the heap. */
    public static Allowance ofHeap() {
        return new Allowance(Runtime.getRuntime().maxMemory() / 8);
    }

    /** Takes so many bytes; false when there are not so many left. */
    public boolean take(long bytes) {
        if (taken.addAndGet(bytes) <= max) {
            return true;
        }
        giveBack(bytes);
        return false;
    }

    /** Lets others have so many bytes of what was taken. */
    public void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }
}
