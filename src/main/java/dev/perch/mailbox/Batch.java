// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.List;

/**
 * The outcome of one read.
 *
 * @param messages what came, in offset order
 * @param cursor where the next read begins
 * @param gap why something before these messages is missing, or null when nothing is
 * @param end why nothing came, or null when something did
 */
public record Batch(List<Message> messages, Cursor cursor, Gap gap, End end) {
    /** The place behind the gap: from there the messages are still to come. */
    public Cursor beforeMessages() {
        return messages.isEmpty()
                ? cursor
                : new Cursor(cursor.epoch(), messages.get(0).offset() - 1, cursor.watch());
    }

    /** The same, which ended for another reason. */
    public Batch endedBy(End why) {
        return new Batch(messages, cursor, gap, why);
    }
}
