// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.QueueName;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What the file says of the store as a whole.
 *
 * @param epoch its incarnation
 * @param last the highest offset given out; in the file perhaps one that lies higher
 * @param turn how many transactions there have been
 * @param mailboxFloor the floor of mailboxes that are not there
 * @param topicFloor the floor of topics that are not there
 * @param backup whether this is a copy of a store that went on
 */
record State(String epoch, long last, long turn, long mailboxFloor, long topicFloor, boolean backup) {
    private static final String READ = "SELECT epoch, last, turn, mailbox_floor, topic_floor, backup, crc FROM state";

    /** A store with nothing in it. */
    static State empty(String epoch) {
        return new State(epoch, 0, 0, 0, 0, false);
    }

    static State read(Sql sql) {
        State state = sql.query(READ).first(State::of);
        if (state == null) {
            throw new Fault("the row of the table state is missing");
        }
        return state;
    }

    private static State of(ResultSet row) throws SQLException {
        State state = new State(
                row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5), row.getInt(6) != 0);
        state.checksum().verify(row.getLong(7), "the table state");
        return state;
    }

    void write(Sql sql) {
        sql.query("INSERT OR REPLACE INTO state (id, epoch, last, turn, mailbox_floor, topic_floor, backup, crc)"
                        + " VALUES (1, ?, ?, ?, ?, ?, ?, ?)")
                .with(epoch)
                .with(last)
                .with(turn)
                .with(mailboxFloor)
                .with(topicFloor)
                .with(backup ? 1 : 0)
                .with(checksum().value())
                .run();
    }

    /** The state for the next transaction to change. */
    State next() {
        return new State(epoch, last, turn + 1, mailboxFloor, topicFloor, backup);
    }

    /** With another highest offset. */
    State withLast(long offset) {
        return new State(epoch, offset, turn, mailboxFloor, topicFloor, backup);
    }

    /** With a floor of this kind that is at least so high. */
    State withFloor(QueueName.Kind kind, long floor) {
        boolean mailbox = kind == QueueName.Kind.MAILBOX;
        return new State(
                epoch,
                last,
                turn,
                mailbox ? Math.max(mailboxFloor, floor) : mailboxFloor,
                mailbox ? topicFloor : Math.max(topicFloor, floor),
                backup);
    }

    /** As that of a store of its own, which goes on where the copied one was. */
    State begunAnew(String newEpoch) {
        return new State(newEpoch, last, turn, mailboxFloor, topicFloor, false);
    }

    /** The floor of queues of this kind that are not there. */
    long floor(QueueName.Kind kind) {
        return kind == QueueName.Kind.MAILBOX ? mailboxFloor : topicFloor;
    }

    private Checksum checksum() {
        return new Checksum()
                .with(epoch)
                .with(last)
                .with(turn)
                .with(mailboxFloor)
                .with(topicFloor)
                .with(backup ? 1 : 0);
    }
}
