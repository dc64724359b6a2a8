// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.End;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * All polls that wait, all streams that are open, and publishes that wait for more than the store. Any thread may use
 * it.
 */
final class OpenReads {
    private final DisconnectWatch watch;
    private final int max;
    private final IntSupplier elsewhere;
    /** Guarded by itself. What one costs in it counts: two references. */
    private final Set<OpenRead> open = Collections.newSetFromMap(new IdentityHashMap<>());

    /**
     * None as yet.
     *
     * @param max how many there may be, with those that are open elsewhere
     * @param elsewhere how many these are
     */
    OpenReads(DisconnectWatch watch, int max, IntSupplier elsewhere) {
        this.watch = watch;
        this.max = max;
        this.elsewhere = elsewhere;
    }

    /** Refuses one more when there are as many as there may be. */
    void refuseWhenFull() throws Refused {
        if (count() + elsewhere.getAsInt() >= max) {
            throw Problem.TOO_MANY_POLLS.because("try again after Retry-After");
        }
    }

    void add(OpenRead read) {
        synchronized (open) {
            open.add(read);
        }
    }

    /** Its answer is complete, or its client has gone. */
    void remove(OpenRead read) {
        synchronized (open) {
            open.remove(read);
        }
    }

    /** Ends the read, which has a socket, when its client goes away. */
    void watch(OpenRead read) {
        watch.watch(read);
    }

    /** Lets its client go away unnoticed. */
    void unwatch(OpenRead read) {
        if (read.channel() != null) {
            watch.forget(read);
        }
    }

    /** How many there are. */
    int count() {
        synchronized (open) {
            return open.size();
        }
    }

    /** How many there are of one kind. */
    long count(String kind) {
        return all().stream().filter(read -> read.kind().equals(kind)).count();
    }

    /** Ends everything that is open now, spread over that time. */
    void drain(long nanos) {
        List<OpenRead> reads = all();
        Collections.shuffle(reads);
        long pause = reads.isEmpty() ? 0 : nanos / reads.size();
        long owed = 0;
        for (OpenRead read : reads) {
            read.end(End.DRAIN);
            owed += pause;
            if (owed > TimeUnit.MILLISECONDS.toNanos(1)) {
                LockSupport.parkNanos(owed);
                owed = 0;
            }
        }
    }

    /** Ends what began to park while the drain did. */
    void endAll() {
        all().forEach(read -> read.end(End.DRAIN));
    }

    private List<OpenRead> all() {
        synchronized (open) {
            return new ArrayList<>(open);
        }
    }
}
