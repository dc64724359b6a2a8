// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.mailbox.Wheel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.util.thread.Scheduler;
import org.junit.jupiter.api.Test;

/** The HTTP server's timers, on a wheel that is turned by hand. */
final class WheelSchedulerTest {
    private final AtomicLong nanos = new AtomicLong();
    private final Wheel wheel = new Wheel(nanos::get, Runnable::run);
    private final Scheduler scheduler = new WheelScheduler(wheel);
    private final AtomicInteger runs = new AtomicInteger();

    private void pass(long millis) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
        wheel.advance();
    }

    @Test
    void aTaskRunsOnceWhenItsTimeHasCome() {
        Scheduler.Task task = scheduler.schedule(runs::incrementAndGet, 30, TimeUnit.SECONDS);
        pass(29_999);
        assertEquals(0, runs.get());
        pass(51);
        assertEquals(1, runs.get());
        assertFalse(task.cancel());
        pass(60_000);
        assertEquals(1, runs.get());
    }

    @Test
    void aTaskThatIsCancelledDoesNotRun() {
        Scheduler.Task task = scheduler.schedule(runs::incrementAndGet, 100, TimeUnit.MILLISECONDS);
        assertTrue(task.cancel());
        assertFalse(task.cancel());
        pass(1000);
        assertEquals(0, runs.get());
    }
}
