// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import dev.perch.mailbox.Wheel;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The timers of the HTTP server, kept on the wheel of the parked reads. Each connection has one, which on Jetty's own
 * scheduler takes three times the memory. None of them has to be more exact than the wheel is.
 */
public final class WheelScheduler extends AbstractLifeCycle implements Scheduler {
    private final Wheel wheel;

    /** On that wheel, which others start and close. */
    public WheelScheduler(Wheel wheel) {
        this.wheel = wheel;
    }

    @Override
    public Task schedule(Runnable task, long delay, TimeUnit units) {
        Alarm alarm = new Alarm(task);
        wheel.schedule(alarm, units.toNanos(delay));
        return alarm;
    }

    private final class Alarm extends Wheel.Timer implements Task {
        private final Runnable task;

        Alarm(Runnable task) {
            this.task = task;
        }

        @Override
        public boolean cancel() {
            return wheel.cancel(this);
        }

        @Override
        protected void expire() {
            task.run();
        }
    }
}
