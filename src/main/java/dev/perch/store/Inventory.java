// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.MailboxRecord;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Store.Intake;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds out what is in the file when a store is opened: one walk over the queues and what they follow, in the order of
 * their numbers, and one over the messages, of which nothing is read that lies on a page of its own.
 */
final class Inventory {
    private static final String QUEUES = "SELECT " + QueueRow.COLUMNS + " FROM queue ORDER BY id";
    private static final String FOLLOWS = "SELECT " + FollowRow.COLUMNS + " FROM follow ORDER BY mailbox";
    private static final String MESSAGES = "SELECT " + Slip.COLUMNS + ", queue FROM message ORDER BY offset";
    private static final int QUEUE = 5;

    private final Sql sql;
    private final Contents contents;
    private final Intake intake;
    private final Map<Long, StoredQueue> queues = new LinkedHashMap<>();
    private long last;

    Inventory(Sql sql, Contents contents, Intake intake) {
        this.sql = sql;
        this.contents = contents;
        this.intake = intake;
    }

    /** Takes everything in, and tells the domain. */
    void take() {
        takeQueues();
        sql.query(MESSAGES).forEach(this::takeMessage);
        for (StoredQueue queue : queues.values()) {
            contents.add(queue);
            intake.found(queue.name(), Math.max(queue.floor(), queue.last()));
        }
    }

    private void takeQueues() {
        try (ResultSet rows = sql.query(QUEUES).rows();
                ResultSet follows = sql.query(FOLLOWS).rows()) {
            boolean follow = follows.next();
            while (rows.next()) {
                QueueRow row = QueueRow.of(rows);
                Map<String, Long> topics = new HashMap<>(0);
                while (follow && follows.getLong(1) == row.id()) {
                    FollowRow followed = FollowRow.of(follows);
                    topics.put(followed.topic(), followed.since());
                    follow = follows.next();
                }
                queues.put(row.id(), new StoredQueue(row));
                tell(row, topics);
            }
            if (follow) {
                throw lost();
            }
        } catch (SQLException e) {
            throw new Fault(e);
        }
    }

    private void tell(QueueRow row, Map<String, Long> topics) {
        QueueName name = row.name();
        if (name.isMailbox()) {
            intake.created(new MailboxRecord(name, row.since(), row.handed(), row.acked(), Map.copyOf(topics)));
        }
    }

    private boolean takeMessage(ResultSet row) throws SQLException {
        Slip slip = Slip.of(row);
        if (slip.offset() > contents.state().last()) {
            throw new Fault("the offset " + slip.offset() + " was never given out");
        }
        if (slip.offset() <= last) {
            throw new Fault("the table of the messages is out of order");
        }
        last = slip.offset();
        StoredQueue queue = queues.get(row.getLong(QUEUE));
        if (queue == null) {
            throw lost();
        }
        queue.holds(slip);
        return true;
    }

    private static Fault lost() {
        return new Fault("there is something of a queue that is not there");
    }
}
