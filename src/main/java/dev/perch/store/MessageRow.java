// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.QueueName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.atomic.LongAdder;

/**
 * A message as it lies in the file.
 *
 * @param offset its offset
 * @param time when it was stored, in milliseconds since 1970
 * @param expires when its time-to-live ends, in milliseconds since 1970
 * @param draft what its publisher said
 */
record MessageRow(long offset, long time, long expires, Draft draft) {
    /** The columns, in the order in which {@link #of} reads them. */
    static final String COLUMNS =
            "offset, time, expires, own_ttl, content_type, type, sender, except_for, reply, body, crc";

    private static final String FIND = "SELECT " + COLUMNS + " FROM message WHERE offset = ?";

    /** The message of the queue with this offset, or null when there is none. */
    static MessageRow find(Sql sql, long offset, QueueName queue) {
        return sql.query(FIND).with(offset).first(row -> of(row, queue));
    }

    /** Reads a row, and holds it against its checksum: it must be this message, of this queue. */
    static MessageRow of(ResultSet row, QueueName queue) throws SQLException {
        long offset = row.getLong(1);
        long ownTtl = row.getLong(4);
        String contentType = row.getString(5);
        byte[] body = row.getBytes(10);
        if (contentType == null || body == null) {
            throw new Fault("the message " + offset + " lacks a part");
        }
        Draft draft = new Draft(
                contentType, body, row.getString(6), row.getString(7), row.getString(8), row.getString(9), ownTtl);
        MessageRow message = new MessageRow(offset, row.getLong(2), row.getLong(3), draft);
        message.checksum(queue).verify(row.getLong(11), "the message " + offset + " of " + queue);
        return message;
    }

    /** The same as others know it. */
    Message message(QueueName queue, String epoch, LongAdder encodedBytes) {
        return new Message(queue, epoch, offset, time, expires, draft, encodedBytes);
    }

    void insert(Sql sql, long queueId, QueueName queue) {
        sql.query("INSERT INTO message (" + COLUMNS + ", queue, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .with(offset)
                .with(time)
                .with(expires)
                .with(draft.ttlSeconds())
                .with(draft.contentType())
                .with(draft.type())
                .with(draft.from())
                .with(draft.except())
                .with(draft.reply())
                .with(draft.body())
                .with(checksum(queue).value())
                .with(queueId)
                .with(draft.bytes())
                .run();
    }

    private Checksum checksum(QueueName queue) {
        return new Checksum()
                .with(QueueRow.kind(queue))
                .with(queue.name())
                .with(offset)
                .with(time)
                .with(expires)
                .with(draft.ttlSeconds())
                .with(draft.contentType())
                .with(draft.type())
                .with(draft.from())
                .with(draft.except())
                .with(draft.reply())
                .with(draft.body());
    }
}
