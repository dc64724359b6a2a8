// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import java.lang.System.Logger;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What the server does again and again, on a thread of its own. One round that fails is logged and not the last one.
 */
final class Rounds implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Rounds.class.getName());

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread result = new Thread(task, "perch-rounds");
        result.setDaemon(true);
        return result;
    });

    /** Does it for the first time after that time, and then as often; {@code what} names it where it fails. */
    void every(Duration period, String what, Runnable task) {
        thread.scheduleAtFixedRate(
                () -> guarded(what, task), period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void guarded(String what, Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.log(Logger.Level.ERROR, what + " failed and will be tried again", e);
        }
    }

    /** Begins no further round. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
