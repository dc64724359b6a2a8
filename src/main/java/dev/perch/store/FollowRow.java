// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * That a mailbox follows a topic, as it lies in the file.
 *
 * @param mailbox the number of the mailbox there
 * @param topic the name of the topic
 * @param since the offset from which on it follows
 */
record FollowRow(long mailbox, String topic, long since) {
    /** The columns, in the order in which {@link #of} reads them. */
    static final String COLUMNS = "mailbox, topic, since, crc";

    /** Reads a row, and holds it against its checksum. */
    static FollowRow of(ResultSet row) throws SQLException {
        FollowRow follow = new FollowRow(row.getLong(1), row.getString(2), row.getLong(3));
        follow.checksum().verify(row.getLong(4), "what a mailbox follows");
        return follow;
    }

    void insert(Sql sql) {
        sql.query("INSERT INTO follow (" + COLUMNS + ") VALUES (?, ?, ?, ?)")
                .with(mailbox)
                .with(topic)
                .with(since)
                .with(checksum().value())
                .run();
    }

    static boolean exists(Sql sql, long mailbox, String topic) {
        return sql.query("SELECT 1 FROM follow WHERE mailbox = ? AND topic = ?")
                        .with(mailbox)
                        .with(topic)
                        .first(row -> true)
                != null;
    }

    static int count(Sql sql, long mailbox) {
        return sql.query("SELECT count(*) FROM follow WHERE mailbox = ?")
                .with(mailbox)
                .first(row -> row.getInt(1));
    }

    /** False when there was none. */
    static boolean delete(Sql sql, long mailbox, String topic) {
        return sql.query("DELETE FROM follow WHERE mailbox = ? AND topic = ?")
                        .with(mailbox)
                        .with(topic)
                        .run()
                > 0;
    }

    private Checksum checksum() {
        return new Checksum().with(mailbox).with(topic).with(since);
    }
}
