// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * The race to complete one read. Every transition is one compare-and-set, so exactly one of those who try to deliver or
 * end the read wins, and only the winner goes on to answer it.
 *
 * <pre>
 *              park                deliver (messages)
 *   READING ----------> PARKED    READING --------------------------------> OVER
 *      ^                  |       READING or PARKED --end (deadline, gone,
 *      +----- wake -------+                  superseded, drain, deleted)--> OVER
 * </pre>
 *
 * Whoever moved it to READING, or created it, is the one thread that looks for messages; the others may only end it.
 */
final class Waiter {
    private static final int READING = 0;
    private static final int PARKED = 1;
    private static final int OVER = 2;

    private static final AtomicIntegerFieldUpdater<Waiter> STATE =
            AtomicIntegerFieldUpdater.newUpdater(Waiter.class, "state");

    private volatile int state = READING;

    /** The reading thread found nothing and goes. False when the read is over. */
    boolean park() {
        return STATE.compareAndSet(this, READING, PARKED);
    }

    /** Somebody has something new: true makes the caller responsible for a thread that reads. */
    boolean wake() {
        return STATE.compareAndSet(this, PARKED, READING);
    }

    /** The reading thread found something. True makes it the one who answers. */
    boolean deliver() {
        return STATE.compareAndSet(this, READING, OVER);
    }

    /** There will be no messages. True makes the caller the one who answers. */
    boolean end() {
        return STATE.getAndSet(this, OVER) != OVER;
    }

    /** Whether somebody has answered it, or is about to. */
    boolean isOver() {
        return state == OVER;
    }

    /** Whether it waits. */
    boolean isParked() {
        return state == PARKED;
    }
}
