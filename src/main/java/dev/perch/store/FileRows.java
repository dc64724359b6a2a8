// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Message;

/** Those of a queue that lies in the file: they are changed there at once. */
final class FileRows implements Rows {
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
    public boolean confirms(long offset) {
        try {
            MessageRow.find(sql, offset, queue.name());
            return true;
        } catch (Fault e) {
            if (e.isDamage()) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void delete(long offset) {
        sql.query("DELETE FROM message WHERE offset = ?").with(offset).run();
    }

    @Override
    public void update(QueueRow row) {
        row.update(sql);
    }

    @Override
    public void remove() {
        sql.query("DELETE FROM idempotency_key WHERE queue = ?")
                .with(queue.id())
                .run();
        sql.query("DELETE FROM follow WHERE mailbox = ?").with(queue.id()).run();
        sql.query("DELETE FROM queue WHERE id = ?").with(queue.id()).run();
    }
}
