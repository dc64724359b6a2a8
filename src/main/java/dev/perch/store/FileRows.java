// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Message;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** Those of a queue that lies in the file: they are changed there at once. */
final class FileRows implements Rows {
    private static final String SLIP = "SELECT offset, bytes, expires, own_ttl FROM message WHERE queue = ? ";

    private final Sql sql;
    private final QueueRow queue;

    FileRows(Sql sql, QueueRow queue) {
        this.sql = sql;
        this.queue = queue;
    }

    @Override
    public void insert(Message message, Draft draft) {
        new MessageRow(message.offset(), message.time(), message.expires(), draft)
                .insert(sql, queue.id(), queue.name());
    }

    @Override
    public void delete(long offset) {
        sql.query("DELETE FROM message WHERE offset = ?").with(offset).run();
    }

    @Override
    public List<Slip> after(long offset, int most) {
        return sql.query(SLIP + "AND offset > ? ORDER BY offset LIMIT ?")
                .with(queue.id())
                .with(offset)
                .with(most)
                .list(FileRows::slip);
    }

    @Override
    public List<Slip> upTo(long offset) {
        // Only what the index has, so that no other page is read.
        return sql.query("SELECT offset, bytes, 0, 0 FROM message WHERE queue = ? AND offset <= ? ORDER BY offset")
                .with(queue.id())
                .with(offset)
                .list(FileRows::slip);
    }

    @Override
    public List<Slip> expired(long millis) {
        return sql.query(SLIP + "AND expires <= ?")
                .with(queue.id())
                .with(millis)
                .list(FileRows::slip);
    }

    static Slip slip(ResultSet row) throws SQLException {
        return new Slip(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4) > 0);
    }

    @Override
    public long last() {
        return sql.query("SELECT max(offset) FROM message WHERE queue = ?")
                .with(queue.id())
                .first(found -> found.getLong(1));
    }

    @Override
    public void update(QueueRow row) {
        row.update(sql);
    }

    @Override
    public void remove() {
        for (String table : List.of("message", "idempotency_key")) {
            sql.query("DELETE FROM " + table + " WHERE queue = ?")
                    .with(queue.id())
                    .run();
        }
        sql.query("DELETE FROM follow WHERE mailbox = ?").with(queue.id()).run();
        sql.query("DELETE FROM queue WHERE id = ?").with(queue.id()).run();
    }
}
