// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** One connection to the file, and the statements prepared on it. For one thread at a time. */
class Sql implements AutoCloseable {
    private final Connection connection;
    private final Map<String, Query> queries = new HashMap<>();
    /** Null where SQLite itself waits for the medium, or nobody does. */
    private Log log;

    Sql(Connection connection) {
        this.connection = connection;
    }

    /** From now on a commit syncs that log, which goes with this connection. SQLite is to be told that it need not. */
    void syncs(Log written) {
        log = written;
    }

    /** The statement, prepared once. */
    Query query(String text) {
        return queries.computeIfAbsent(text, this::prepare);
    }

    private Query prepare(String text) {
        return new Query(connection, text);
    }

    /** Runs a statement that is needed once. */
    void run(String text) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(text);
        } catch (SQLException e) {
            throw new Fault(e);
        }
    }

    /** The number that a statement needed once returns. */
    long number(String text) {
        return text(text).transform(Long::parseLong);
    }

    /** The text that a statement needed once returns. */
    String text(String text) {
        try (Query query = prepare(text)) {
            return query.first(row -> row.getString(1));
        } catch (SQLException e) {
            throw new Fault(e);
        }
    }

    /** Begins to change something; nobody else can meanwhile. */
    void begin() {
        query("BEGIN IMMEDIATE").run();
    }

    /** Makes the changes safe: they are on the medium when this returns. */
    void commit() {
        query("COMMIT").run();
        if (log != null) {
            log.sync();
        }
    }

    /** Takes the changes back. After some faults SQLite has done so itself. */
    void rollback() {
        try {
            query("ROLLBACK").run();
        } catch (Fault e) {
            if (!e.getMessage().contains("no transaction is active")) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new Fault(e);
        } finally {
            if (log != null) {
                log.close();
            }
        }
    }
}
