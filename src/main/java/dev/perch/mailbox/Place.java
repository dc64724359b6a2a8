// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import dev.perch.mailbox.Reading.Start;

/**
 * Where a read begins, once the request for it has been held against the store.
 *
 * @param position the offset after which it begins
 * @param origin the offset after which the chain of reads began whose client was given everything up to the position
 * @param watch whether it neither hands out nor acknowledges
 * @param bare whether it goes by what the mailbox has handed out, having no cursor
 * @param oldest whether it takes what is kept and misses nothing before
 * @param since from which offset on topics concern it that it asks for by itself
 * @param gap why it already misses something, or null
 */
record Place(long position, long origin, boolean watch, boolean bare, boolean oldest, long since, Gap gap) {
    /**
     * Finds the place; a cursor acknowledges what lies before it.
     *
     * @param mailbox what is read, or null for a topic
     */
    static Place of(Start start, Mailbox mailbox, String epoch, long horizon, long nanos) {
        boolean topic = mailbox == null;
        if (start instanceof Start.After after) {
            return after(after.cursor(), mailbox, epoch, horizon, nanos);
        }
        if (start instanceof Start.Onward onward) {
            boolean watch = topic || onward.cursor().watch();
            return new Place(onward.cursor().offset(), onward.origin(), watch, false, false, onward.since(), null);
        }
        if (start instanceof Start.Oldest) {
            return new Place(0, 0, topic, false, true, 0, null);
        }
        if (start instanceof Start.Elsewhere) {
            return new Place(0, 0, topic, false, true, 0, Gap.EPOCH);
        }
        if (start instanceof Start.Now || topic) {
            return new Place(horizon, horizon, true, false, false, 0, null);
        }
        long handed = mailbox.handed();
        return new Place(handed, handed, false, true, false, horizon, null);
    }

    private static Place after(Cursor cursor, Mailbox mailbox, String epoch, long horizon, long nanos) {
        boolean watch = mailbox == null || cursor.watch();
        if (!cursor.epoch().equals(epoch) || cursor.offset() > horizon) {
            return new Place(0, 0, watch, false, true, 0, Gap.EPOCH);
        }
        if (!watch) {
            mailbox.acknowledge(cursor.offset(), nanos);
        }
        return new Place(cursor.offset(), cursor.offset(), watch, false, false, 0, null);
    }
}
