// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import java.util.ArrayList;
import java.util.List;

/**
 * The tables of the file, as the steps that led to them: step 1 makes them, each further one changes them from the
 * format of its number. How many steps a file has seen is its {@code user_version}.
 */
final class Schema {
    /** "Perc", the mark of our files (SQLite file format, section 1.3.16). */
    static final int APPLICATION_ID = 0x50657263;

    private static final List<String> FORMAT_1 = List.of(
            """
            CREATE TABLE state (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                epoch TEXT NOT NULL,
                last INTEGER NOT NULL,
                turn INTEGER NOT NULL,
                mailbox_floor INTEGER NOT NULL,
                topic_floor INTEGER NOT NULL,
                backup INTEGER NOT NULL,
                crc INTEGER NOT NULL)""",
            """
            CREATE TABLE queue (
                id INTEGER PRIMARY KEY,
                kind INTEGER NOT NULL,
                name TEXT NOT NULL,
                floor INTEGER NOT NULL,
                since INTEGER NOT NULL,
                handed INTEGER NOT NULL,
                acked INTEGER NOT NULL,
                crc INTEGER NOT NULL,
                UNIQUE (kind, name))""",
            """
            CREATE TABLE follow (
                mailbox INTEGER NOT NULL,
                topic TEXT NOT NULL,
                since INTEGER NOT NULL,
                crc INTEGER NOT NULL,
                PRIMARY KEY (mailbox, topic)) WITHOUT ROWID""",
            """
            CREATE TABLE message (
                offset INTEGER PRIMARY KEY,
                queue INTEGER NOT NULL,
                time INTEGER NOT NULL,
                expires INTEGER NOT NULL,
                own_ttl INTEGER NOT NULL,
                bytes INTEGER NOT NULL,
                content_type TEXT NOT NULL,
                type TEXT,
                sender TEXT,
                except_for TEXT,
                reply TEXT,
                body BLOB NOT NULL,
                crc INTEGER NOT NULL)""",
            """
            CREATE TABLE idempotency_key (
                queue INTEGER NOT NULL,
                value TEXT NOT NULL,
                fingerprint TEXT NOT NULL,
                last INTEGER NOT NULL,
                count INTEGER NOT NULL,
                time INTEGER NOT NULL,
                crc INTEGER NOT NULL,
                PRIMARY KEY (queue, value)) WITHOUT ROWID""",
            "CREATE INDEX idempotency_key_by_age ON idempotency_key (last)");

    /** The schema of this version. */
    static final Schema CURRENT = new Schema(List.of(FORMAT_1));

    private final List<List<String>> steps;

    private Schema(List<List<String>> steps) {
        this.steps = steps;
    }

    /** A later one, with a further step. */
    Schema then(String... statements) {
        List<List<String>> more = new ArrayList<>(steps);
        more.add(List.of(statements));
        return new Schema(more);
    }

    /** The format that it leads to. */
    int format() {
        return steps.size();
    }

    /**
     * Brings a file to this format, in one transaction.
     *
     * @param epoch that of the store, if this makes it
     */
    void apply(Sql sql, String epoch) {
        int from = (int) sql.number("PRAGMA user_version");
        if (from == steps.size()) {
            return;
        }
        sql.begin();
        for (List<String> step : steps.subList(from, steps.size())) {
            step.forEach(sql::run);
        }
        if (from == 0) {
            sql.run("PRAGMA application_id = " + APPLICATION_ID);
            State.empty(epoch).write(sql);
        }
        sql.run("PRAGMA user_version = " + steps.size());
        sql.commit();
    }
}
