// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Caller;
import dev.perch.format.Chunks;
import dev.perch.format.Parameters;
import dev.perch.format.StreamEncoding;
import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Portion;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Reading;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a stream reads, how far it has got, and how long it goes on. For the one thread that works on the stream. */
final class Course {
    /** Below what proxies and home routers take for a dead connection. */
    static final int HEARTBEAT_SECONDS = 15;

    private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(HEARTBEAT_SECONDS);

    private final QueueName queue;
    private final List<String> topics;
    private final Portion portion;
    private final Clocks clocks;
    private final long beginNanos;
    private long endNanos;
    private End ending = End.WAIT;
    private Reading.Start start;
    private long readNanos;
    private Cursor at;

    /** One that is at its beginning. */
    Course(QueueName queue, List<String> topics, Reading.Start start, StreamEncoding encoding, Clocks clocks) {
        this.queue = queue;
        this.topics = topics;
        this.start = start;
        this.at = start instanceof Reading.Start.Onward onward ? onward.cursor() : null;
        this.portion = new Portion(Parameters.DEFAULT_LIMIT, Chunks.SIZE, encoding::weight);
        this.clocks = clocks;
        this.beginNanos = clocks.nanoTime();
    }

    /** From now on it goes on for so long, or as long as the token of the caller. */
    void endAfter(long nanos, Caller caller) {
        long within = caller.within(nanos, clocks.millis());
        ending = within < nanos ? End.TOKEN : End.WAIT;
        endNanos = clocks.nanoTime() + within;
    }

    /** Why it ends when its time is up. */
    End ending() {
        return ending;
    }

    /** Up to here its client has everything, or is about to; null while that is not known. */
    Cursor at() {
        return at;
    }

    /** How long it has gone on, in nanoseconds. */
    long openNanos() {
        return clocks.nanoTime() - beginNanos;
    }

    /** Whether its time is up. */
    boolean isOver() {
        return clocks.nanoTime() - endNanos >= 0;
    }

    /** The next read. It ends without a message when a heartbeat is due, or the time is up. */
    Reading next() {
        readNanos = clocks.nanoTime();
        long wait = Math.min(endNanos - readNanos, Reads.jittered(HEARTBEAT_NANOS));
        return new Reading(queue, topics, start, portion, Math.max(1, wait));
    }

    /** Goes on to where that read has got; false when it has not moved. */
    boolean moved(Batch batch) {
        boolean moved = !batch.cursor().equals(at);
        at = batch.cursor();
        start = start.onward(at);
        return moved;
    }

    /** How long the last read has taken, in nanoseconds. */
    long readNanos() {
        return clocks.nanoTime() - readNanos;
    }
}
