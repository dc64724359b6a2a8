// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import dev.perch.mailbox.Draft;
import dev.perch.mailbox.QueueName;
import java.util.concurrent.TimeUnit;

/** Who sends a request, as its token says, and what that one may do. It never changes; any thread may use it. */
public final class Caller {
    /** The request attribute under which a caller lies. */
    public static final String ATTRIBUTE = Caller.class.getName();

    /**
     * Whoever can reach a server that asks for no tokens: may do everything, under any name, for as long as he likes.
     */
    public static final Caller ANYBODY = new Caller(null, Grants.ALL, Grants.ALL, Long.MAX_VALUE);

    private final String name;
    private final Grants read;
    private final Grants write;
    private final long untilMillis;

    /**
     * The holder of a token.
     *
     * @param name the subject of the token, or null: then the caller has no mailbox, and what it publishes no sender
     * @param read what it may read besides its own mailbox
     * @param write where it may publish
     * @param untilMillis when its token is over, in milliseconds since 1970; {@link Long#MAX_VALUE} for never
     */
    public Caller(String name, Grants read, Grants write, long untilMillis) {
        this.name = name;
        this.read = read;
        this.write = write;
        this.untilMillis = untilMillis;
    }

    /** The subject of the token, or null. */
    public String name() {
        return name;
    }

    /** Whether the caller may read that mailbox or topic. */
    public boolean mayRead(QueueName queue) {
        return isOwn(queue) || read.cover(queue);
    }

    /** Whether the caller may publish there. */
    public boolean mayWrite(QueueName queue) {
        return write.cover(queue);
    }

    /** Whether the caller may remove it with what others have written: its own mailbox, or whatever there is. */
    public boolean mayRemove(QueueName queue) {
        return isOwn(queue) || write.coverAll();
    }

    /** Whether the caller may read everything, and so learn which names there are. */
    public boolean mayReadAll() {
        return read.coverAll();
    }

    private boolean isOwn(QueueName queue) {
        return queue.isMailbox() && queue.name().equals(name);
    }

    /** Whether the caller may say that a message is from there; null says nothing. */
    public boolean maySign(String from) {
        return this == ANYBODY || from == null || from.equals(name);
    }

    /** The draft with the name of the caller as its sender; as it is where anybody may call. */
    public Draft signed(Draft draft) {
        return this == ANYBODY
                ? draft
                : new Draft(
                        draft.contentType(),
                        draft.body(),
                        draft.type(),
                        name,
                        draft.except(),
                        draft.reply(),
                        draft.ttlSeconds());
    }

    /** Whether the token is over at that time, in milliseconds since 1970. */
    public boolean isOver(long millis) {
        return millis >= untilMillis;
    }

    /** A wait in nanoseconds that begins at that time and ends no later than the token does. */
    public long within(long waitNanos, long millis) {
        if (untilMillis == Long.MAX_VALUE) {
            return waitNanos;
        }
        // A token of the year 10000 must not overflow.
        long left = Math.max(0, untilMillis - millis);
        return left > TimeUnit.NANOSECONDS.toMillis(waitNanos) ? waitNanos : TimeUnit.MILLISECONDS.toNanos(left);
    }
}
