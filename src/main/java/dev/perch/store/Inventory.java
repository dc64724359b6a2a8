// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.MailboxRecord;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Store.Intake;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds out what is in the file when a store is opened: one walk over the queues, what they follow and how much they
 * hold, all in the order of the queues' numbers, so that nothing has to be looked up. No message is read.
 */
final class Inventory {
    private static final String QUEUES = "SELECT " + QueueRow.COLUMNS + " FROM queue ORDER BY id";
    private static final String FOLLOWS = "SELECT " + FollowRow.COLUMNS + " FROM follow ORDER BY mailbox";
    private static final String COUNTS =
            """
            SELECT queue, count(*), sum(bytes), min(offset), max(offset)
            FROM message INDEXED BY message_by_queue GROUP BY queue ORDER BY queue""";

    private final Sql sql;
    private final Contents contents;
    private final Intake intake;

    Inventory(Sql sql, Contents contents, Intake intake) {
        this.sql = sql;
        this.contents = contents;
        this.intake = intake;
    }

    /** Takes everything in, and tells the domain. */
    void take() {
        try (ResultSet queues = sql.query(QUEUES).rows();
                ResultSet follows = sql.query(FOLLOWS).rows();
                ResultSet counts = sql.query(COUNTS).rows()) {
            boolean follow = follows.next();
            boolean count = counts.next();
            while (queues.next()) {
                QueueRow row = QueueRow.of(queues);
                StoredQueue queue = new StoredQueue(row);
                long last = row.floor();
                if (count && counts.getLong(1) == row.id()) {
                    last = Math.max(last, holds(queue, counts));
                    count = counts.next();
                }
                Map<String, Long> topics = new HashMap<>(0);
                while (follow && follows.getLong(1) == row.id()) {
                    FollowRow followed = FollowRow.of(follows);
                    topics.put(followed.topic(), followed.since());
                    follow = follows.next();
                }
                contents.add(queue);
                tell(row, topics, last);
            }
            if (count || follow) {
                throw new Fault("there is something of a queue that is not there");
            }
        } catch (SQLException e) {
            throw new Fault(e);
        }
    }

    private long holds(StoredQueue queue, ResultSet counts) throws SQLException {
        long last = counts.getLong(5);
        if (last > contents.state().last()) {
            throw new Fault("the offset " + last + " was never given out");
        }
        queue.holds(counts.getInt(2), counts.getLong(3), counts.getLong(4), last);
        return last;
    }

    private void tell(QueueRow row, Map<String, Long> topics, long last) {
        QueueName name = row.name();
        if (name.isMailbox()) {
            intake.created(new MailboxRecord(name, row.since(), row.handed(), row.acked(), Map.copyOf(topics)));
        }
        intake.found(name, last);
    }
}
