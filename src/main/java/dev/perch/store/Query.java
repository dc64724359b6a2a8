// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

/**
 * A prepared statement: its parameters are put in one after the other, then it is run, and can be used again. One that
 * failed is prepared anew for its next use, since the driver has thrown it away.
 */
final class Query implements AutoCloseable {
    /** What to make of a row. */
    interface Reading<T> {
        T of(ResultSet row) throws SQLException;
    }

    /** Looks at a row; false when no more are wanted. */
    interface Visitor {
        boolean visit(ResultSet row) throws SQLException;
    }

    private final Connection connection;
    private final String text;
    private PreparedStatement statement;
    private int parameters;

    Query(Connection connection, String text) {
        this.connection = connection;
        this.text = text;
    }

    private PreparedStatement statement() throws SQLException {
        if (statement == null) {
            statement = connection.prepareStatement(text);
        }
        return statement;
    }

    private Fault failed(SQLException cause) {
        parameters = 0;
        try {
            close();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
        statement = null;
        return new Fault(cause);
    }

    Query with(long value) {
        return with(() -> statement().setLong(++parameters, value));
    }

    /** Text, or null. */
    Query with(String value) {
        return with(() -> {
            if (value == null) {
                statement().setNull(++parameters, Types.VARCHAR);
            } else {
                statement().setString(++parameters, value);
            }
        });
    }

    Query with(byte[] value) {
        return with(() -> statement().setBytes(++parameters, value));
    }

    private interface Step {
        void run() throws SQLException;
    }

    private Query with(Step step) {
        try {
            step.run();
            return this;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Changes rows, and returns how many. */
    int run() {
        parameters = 0;
        try {
            return statement().executeUpdate();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Shows the rows to a visitor, as long as it wants more. */
    void forEach(Visitor visitor) {
        parameters = 0;
        try (ResultSet rows = statement().executeQuery()) {
            boolean more = true;
            while (more && rows.next()) {
                more = visitor.visit(rows);
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    <T> List<T> list(Reading<T> reading) {
        List<T> all = new ArrayList<>();
        forEach(row -> all.add(reading.of(row)));
        return all;
    }

    /** The first row, or null when there is none. */
    <T> T first(Reading<T> reading) {
        List<T> all = new ArrayList<>(1);
        forEach(row -> {
            all.add(reading.of(row));
            return false;
        });
        return all.isEmpty() ? null : all.get(0);
    }

    /** The rows one by one, for whoever walks through several queries at a time; the caller closes them. */
    ResultSet rows() throws SQLException {
        parameters = 0;
        return statement().executeQuery();
    }

    @Override
    public void close() throws SQLException {
        if (statement != null) {
            statement.close();
        }
    }
}
