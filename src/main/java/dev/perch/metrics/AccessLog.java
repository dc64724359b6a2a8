// SPDX-License-Identifier: Apache-2.0
package dev.perch.metrics;

import java.io.IOException;
import java.lang.System.Logger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A line for each answered request, written by a thread of its own. Nobody waits for it: lines for which there is no
 * room are dropped and counted. Any thread may use it.
 */
public final class AccessLog implements AutoCloseable {
    private static final Logger LOG = System.getLogger(AccessLog.class.getName());
    /** So many lines may wait to be written, some hundred bytes each. */
    private static final int WAITING = 8192;

    private static final int AT_ONCE = 512;
    private static final long CLOSE_SECONDS = 2;
    private static final AccessLine END = new AccessLine(0, "", null, "", "", "", 0, 0, 0, AccessLine.Outcome.NONE);

    private final BlockingQueue<AccessLine> lines = new ArrayBlockingQueue<>(WAITING);
    private final LongAdder dropped = new LongAdder();
    private final LogFile file;
    private final Thread thread = new Thread(this::run, "perch-access-log");
    private boolean failing;

    /**
     * A log whose lines go to that file, or to standard output where it is null.
     *
     * @throws IOException if the file cannot be opened
     */
    public AccessLog(Path path) throws IOException {
        file = new LogFile(path);
        thread.setDaemon(true);
    }

    /** Begins to write. */
    public void start() {
        thread.start();
    }

    /** Has the line written, if there is room for it. */
    public void write(AccessLine line) {
        if (!lines.offer(line)) {
            dropped.increment();
        }
    }

    /** How many lines were not written. */
    public long dropped() {
        return dropped.sum();
    }

    private void run() {
        List<AccessLine> batch = new ArrayList<>(AT_ONCE);
        boolean over = false;
        while (!over) {
            try {
                batch.add(lines.take());
            } catch (InterruptedException e) {
                return;
            }
            lines.drainTo(batch, AT_ONCE - 1);
            over = batch.remove(END);
            write(batch);
            batch.clear();
        }
    }

    private void write(List<AccessLine> batch) {
        StringBuilder text = new StringBuilder();
        batch.forEach(line -> text.append(line).append('\n'));
        try {
            file.write(text.toString().getBytes(StandardCharsets.US_ASCII));
            failing = false;
        } catch (IOException e) {
            dropped.add(batch.size());
            if (!failing) {
                LOG.log(
                        Logger.Level.WARNING,
                        "the access log cannot be written, and lines are dropped: {0}",
                        e.toString());
            }
            failing = true;
        }
    }

    /** Writes what waits, within two seconds. */
    @Override
    public void close() {
        try {
            if (thread.isAlive() && lines.offer(END, CLOSE_SECONDS, TimeUnit.SECONDS)) {
                thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
            }
            file.close();
        } catch (IOException e) {
            LOG.log(Logger.Level.WARNING, "the access log cannot be closed: {0}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
