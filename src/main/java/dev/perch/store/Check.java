// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.StoreException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with the file of a store, and what is in it: SQLite's own check of its pages and indexes, and the
 * checksum of every row. The directory stays as it was, and a server may run on it meanwhile.
 */
public final class Check {
    private static final int FAULTS_OF_SQLITE = 100;

    private final Path file;
    private final Sql sql;
    private final List<String> faults = new ArrayList<>();
    private Long last;
    private long messages;
    private long bytes;
    private long mailboxes;
    private long topics;

    private Check(Path file, Sql sql) {
        this.file = file;
        this.sql = sql;
    }

    /**
     * Checks the file of the store in that directory. It takes as long as reading it.
     *
     * @throws StoreException with a sentence, when there is none that could be looked at
     */
    public static Check of(Path directory) {
        try (Look look = Look.at(directory)) {
            return of(look.file(), look.sql());
        }
    }

    static Check of(Path file, Sql sql) {
        Check check = new Check(file, sql);
        check.run();
        return check;
    }

    private void run() {
        attempt(() -> sql.query("PRAGMA integrity_check(" + FAULTS_OF_SQLITE + ")")
                .forEach(row -> {
                    String fault = row.getString(1);
                    if (!"ok".equals(fault)) {
                        faults.add(fault);
                    }
                    return true;
                }));
        attempt(() -> last = State.read(sql).last());
        attempt(() -> rows("SELECT " + QueueRow.COLUMNS + " FROM queue", row -> count(QueueRow.of(row))));
        attempt(() -> rows("SELECT " + FollowRow.COLUMNS + " FROM follow", FollowRow::of));
        attempt(() -> rows(KeyRow.ALL, KeyRow::of));
        attempt(() -> MessageWalk.through(sql, last, new MessageWalk.Finder() {
            @Override
            public void readable(QueueName queue, MessageRow message) {
                count(message);
            }

            @Override
            public void damaged(String what) {
                faults.add(what);
            }
        }));
    }

    /** One part of the check; the others are made whatever it finds. */
    private void attempt(Runnable part) {
        try {
            part.run();
        } catch (Fault e) {
            // What the medium or SQLite cannot do at the moment says nothing about the file.
            if (!e.isDamage() && !e.isIo()) {
                throw new StoreException(file + " cannot be checked: " + e.getMessage(), e);
            }
            faults.add(e.getMessage());
        }
    }

    private void rows(String text, Query.Reading<?> reading) {
        sql.query(text).forEach(row -> {
            try {
                reading.of(row);
            } catch (Fault e) {
                faults.add(e.getMessage());
            }
            return true;
        });
    }

    private QueueRow count(QueueRow queue) {
        if (queue.name().isMailbox()) {
            mailboxes++;
        } else {
            topics++;
        }
        return queue;
    }

    private void count(MessageRow message) {
        messages++;
        bytes += message.draft().bytes();
        if (last != null && message.offset() > last) {
            faults.add("message " + message.offset() + " lies above the highest offset given out, " + last);
        }
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /** What is wrong, in sentences or in words of SQLite; nothing when the file is sound. */
    public List<String> faults() {
        return List.copyOf(faults);
    }

    /** How many messages are readable. */
    public long messages() {
        return messages;
    }

    /** How many {@link dev.perch.mailbox.Message#bytes} these have together. */
    public long bytes() {
        return bytes;
    }

    /** How many mailboxes there are. */
    public long mailboxes() {
        return mailboxes;
    }

    /** How many topics hold something or held something. */
    public long topics() {
        return topics;
    }
}
