// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.Key;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * An idempotency key as it lies in the file.
 *
 * @param queue on which it was used
 * @param key the key
 * @param last the offset of the last message stored under it
 * @param count how many messages that were
 * @param time when, in milliseconds since 1970
 */
record KeyRow(QueueName queue, Key key, long last, int count, long time) {
    /** All rows, in the order and with the columns in which {@link #of} reads them. */
    static final String ALL =
            """
            SELECT kind, name, value, fingerprint, last, count, time, idempotency_key.crc
            FROM idempotency_key JOIN queue ON queue.id = idempotency_key.queue ORDER BY last""";

    /**
     * Brings the keys of the file into memory, each for the rest of its time.
     *
     * @param millis the time of day
     */
    static void load(Sql sql, Keys keys, String epoch, long millis) {
        sql.query(ALL).forEach(row -> {
            KeyRow key = of(row);
            long age = Math.min(Math.max(0, millis - key.time), Limits.KEY_KEPT.toMillis());
            keys.put(key.queue, key.key, new Receipt(new Cursor(epoch, key.last, false), key.count), age * 1_000_000);
            return true;
        });
    }

    /** Reads a row, and holds it against its checksum. */
    static KeyRow of(ResultSet row) throws SQLException {
        KeyRow key = new KeyRow(
                QueueRow.name(row.getInt(1), row.getString(2)),
                new Key(row.getString(3), row.getString(4)),
                row.getLong(5),
                row.getInt(6),
                row.getLong(7));
        key.checksum().verify(row.getLong(8), "a key of " + key.queue);
        return key;
    }

    void insert(Sql sql, long queueId) {
        sql.query("INSERT OR REPLACE INTO idempotency_key (queue, value, fingerprint, last, count, time, crc)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?)")
                .with(queueId)
                .with(key.value())
                .with(key.fingerprint())
                .with(last)
                .with(count)
                .with(time)
                .with(checksum().value())
                .run();
    }

    /** Deletes some of those whose messages lie before the offset, and returns how many. */
    static int deleteBefore(Sql sql, long offset, int most) {
        return sql.query("DELETE FROM idempotency_key WHERE (queue, value) IN"
                        + " (SELECT queue, value FROM idempotency_key WHERE last < ? LIMIT ?)")
                .with(offset)
                .with(most)
                .run();
    }

    private Checksum checksum() {
        return new Checksum()
                .with(QueueRow.kind(queue))
                .with(queue.name())
                .with(key.value())
                .with(key.fingerprint())
                .with(last)
                .with(count)
                .with(time);
    }
}
