// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.QueueName;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A queue as it lies in the file.
 *
 * @param id its number there; a queue of the same name that is made anew has another
 * @param name its name
 * @param floor the highest offset that it has dropped and a reader may miss
 * @param since the last offset given out when it was made
 * @param handed how far a mailbox's messages have been given to its readers
 * @param acked how far a reader has proved to have them
 */
record QueueRow(long id, QueueName name, long floor, long since, long handed, long acked) {
    /** The columns, in the order in which {@link #of} reads them. */
    static final String COLUMNS = "id, kind, name, floor, since, handed, acked, crc";

    private static final int MAILBOX = 0;
    private static final int TOPIC = 1;

    /** The number that stands for the kind of queue in the file. */
    static int kind(QueueName name) {
        return name.isMailbox() ? MAILBOX : TOPIC;
    }

    static QueueName name(int kind, String name) {
        if ((kind != MAILBOX && kind != TOPIC) || name == null) {
            throw new Fault("a queue has the kind " + kind + " and the name " + name);
        }
        return kind == MAILBOX ? QueueName.mailbox(name) : QueueName.topic(name);
    }

    /** Reads a row, and holds it against its checksum. */
    static QueueRow of(ResultSet row) throws SQLException {
        QueueRow queue = new QueueRow(
                row.getLong(1),
                name(row.getInt(2), row.getString(3)),
                row.getLong(4),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7));
        queue.checksum().verify(row.getLong(8), "the queue " + queue.name());
        return queue;
    }

    void insert(Sql sql) {
        sql.query("INSERT INTO queue (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
                .with(id)
                .with(kind(name))
                .with(name.name())
                .with(floor)
                .with(since)
                .with(handed)
                .with(acked)
                .with(checksum().value())
                .run();
    }

    /** Writes what can change of it. */
    void update(Sql sql) {
        sql.query("UPDATE queue SET floor = ?, handed = ?, acked = ?, crc = ? WHERE id = ?")
                .with(floor)
                .with(handed)
                .with(acked)
                .with(checksum().value())
                .with(id)
                .run();
    }

    private Checksum checksum() {
        return new Checksum()
                .with(id)
                .with(kind(name))
                .with(name.name())
                .with(floor)
                .with(since)
                .with(handed)
                .with(acked);
    }
}
