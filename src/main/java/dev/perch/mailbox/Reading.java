// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.List;
import java.util.Objects;

/**
 * What a reader asks for.
 *
 * @param queue the mailbox to read or the topic to watch
 * @param topics further topics for this read
 * @param start where it begins
 * @param portion how much it takes at most
 * @param waitNanos how long it parks when there is nothing, in nanoseconds; 0 is not at all
 */
public record Reading(QueueName queue, List<String> topics, Start start, Portion portion, long waitNanos) {
    /** Checks what a caller could get wrong. */
    public Reading {
        Objects.requireNonNull(queue);
        topics = List.copyOf(topics);
        Objects.requireNonNull(portion);
        if (waitNanos < 0) {
            throw new IllegalArgumentException("wait " + waitNanos);
        }
    }

    /** Where a read begins. */
    public sealed interface Start
            permits Start.Handed, Start.Oldest, Start.Now, Start.After, Start.Onward, Start.Elsewhere {
        /** With the first message that nobody was handed yet; on a topic, from now on. */
        record Handed() implements Start {}

        /** With the oldest message that is kept. */
        record Oldest() implements Start {}

        /** With the next message that is published. */
        record Now() implements Start {}

        /** After a cursor. */
        record After(Cursor cursor) implements Start {}

        /**
         * After a place to which a stream has got by itself. Nobody has proved to have what lies before it, so nothing
         * is acknowledged.
         *
         * @param since from which offset on further topics concern the stream
         * @param origin the offset after which the stream began: all from there to the cursor was given to its client
         */
        record Onward(Cursor cursor, long since, long origin) implements Start {
            /** After a place where a stream begins. */
            public Onward(Cursor cursor) {
                this(cursor, 0, cursor.offset());
            }
        }

        /** Where a stream that began here goes on when it has got to that place. */
        default Onward onward(Cursor cursor) {
            if (this instanceof Onward onward) {
                return new Onward(cursor, onward.since(), onward.origin());
            }
            boolean known = this instanceof After after
                    && after.cursor().epoch().equals(cursor.epoch())
                    && after.cursor().offset() <= cursor.offset();
            return new Onward(cursor, 0, known ? ((After) this).cursor().offset() : 0);
        }

        /** At a place that does not exist in this store: with the oldest message, and a gap before it. */
        record Elsewhere() implements Start {}
    }
}
