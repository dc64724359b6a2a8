// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.QueueName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Goes through all messages of a file in offset order, and on behind what cannot be read. It reads a page at a time,
 * each as the file is at that moment, so that the log of a running server need not grow meanwhile.
 */
final class MessageWalk {
    private static final int PAGE = 256;
    private static final long PAGE_BYTES = 4 * 1024 * 1024;
    private static final int QUEUES_REMEMBERED = 10_000;
    /**
     * Behind a damage each offset is tried, so many: about what one inner page of the table leads to. Then steps grow.
     */
    private static final int SMALL_STEPS = 20_000;

    /** Who is shown what is found. */
    interface Finder {
        /** A message that matches its checksum. */
        void readable(QueueName queue, MessageRow message);

        /** One that does not, or a place where there is no reading. */
        void damaged(String what);
    }

    private static final String READ =
            "SELECT " + MessageRow.COLUMNS + ", queue FROM message WHERE offset > ? ORDER BY offset LIMIT " + PAGE;
    private static final int QUEUE_COLUMN = 12;

    private record Found(long offset, QueueName queue, MessageRow message, String damage) {}

    private final Sql sql;
    private final long end;
    private final Finder finder;
    private final Map<Long, QueueName> queues = new HashMap<>();
    private final List<Found> page = new ArrayList<>(PAGE);
    private long position;
    private boolean more = true;
    private Fault hole;
    private long holeBegin;

    private MessageWalk(Sql sql, long end, Finder finder) {
        this.sql = sql;
        this.end = end;
        this.finder = finder;
    }

    /**
     * Shows all messages.
     *
     * @param last the highest offset given out, or null when nobody knows
     */
    static void through(Sql sql, Long last, Finder finder) {
        try {
            sql.query(READ);
        } catch (Fault e) {
            finder.damaged("no message can be read: " + e.getMessage());
            return;
        }
        new MessageWalk(sql, last == null ? guess(sql) : last, finder).run();
    }

    /** The highest offset there is, if the table can still say it. */
    private static long guess(Sql sql) {
        try {
            Long highest = sql.query("SELECT max(offset) FROM message").first(row -> row.getLong(1));
            return highest == null ? 0 : highest;
        } catch (Fault e) {
            if (!e.isDamage() && !e.isIo()) {
                throw e;
            }
            return Long.MAX_VALUE;
        }
    }

    private void run() {
        long step = 1;
        int tries = 0;
        while (more) {
            Fault fault = read();
            if (!page.isEmpty()) {
                closeHole(" and before " + page.get(0).offset());
                page.forEach(this::show);
                tries = 0;
                step = 1;
            }
            if (fault != null) {
                if (hole == null) {
                    hole = fault;
                    holeBegin = position;
                }
                more = position < end;
                step = tries++ < SMALL_STEPS ? 1 : 2 * Math.min(step, end / 2);
                position = end - position > step ? position + step : end;
            }
        }
        closeHole("");
    }

    private void closeHole(String upTo) {
        if (hole != null) {
            finder.damaged("messages after offset " + holeBegin + upTo + " cannot be read: " + hole.getMessage());
            hole = null;
        }
    }

    private void show(Found found) {
        if (found.damage() == null) {
            finder.readable(found.queue(), found.message());
        } else {
            finder.damaged(found.damage());
        }
    }

    /** Reads a page behind the position, which moves on with each message, up to where it cannot be read, or null. */
    private Fault read() {
        page.clear();
        sql.query("BEGIN").run();
        try {
            long[] room = {PAGE_BYTES};
            more = false;
            sql.query(READ).with(position).forEach(row -> {
                Found found = found(row);
                room[0] -= found.message() == null ? 0 : found.message().draft().bytes();
                page.add(found);
                position = found.offset();
                more = page.size() == PAGE || room[0] <= 0;
                return room[0] > 0;
            });
            return null;
        } catch (Fault e) {
            if (!e.isDamage() && !e.isIo()) {
                throw e;
            }
            return e;
        } finally {
            sql.rollback();
        }
    }

    private Found found(ResultSet row) throws SQLException {
        long offset = row.getLong(1);
        if (offset <= position) {
            throw new Fault("the table of the messages is out of order");
        }
        try {
            QueueName queue = queue(row.getLong(QUEUE_COLUMN));
            return new Found(offset, queue, MessageRow.of(row, queue), null);
        } catch (Fault e) {
            return new Found(offset, null, null, "message " + offset + ": " + e.getMessage());
        }
    }

    private QueueName queue(long id) {
        QueueName known = queues.get(id);
        if (known != null) {
            return known;
        }
        QueueRow queue = sql.query("SELECT " + QueueRow.COLUMNS + " FROM queue WHERE id = ?")
                .with(id)
                .first(QueueRow::of);
        if (queue == null) {
            throw new Fault("its queue is not there");
        }
        if (queues.size() == QUEUES_REMEMBERED) {
            queues.clear();
        }
        queues.put(id, queue.name());
        return queue.name();
    }
}
