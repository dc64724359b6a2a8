// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import java.io.IOException;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** SQLite, or what was read through it, was not as it should be. */
final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final SQLiteErrorCode code;

    /** What SQLite says. */
    Fault(SQLException cause) {
        super(cause.getMessage(), cause);
        this.code = cause instanceof SQLiteException known ? known.getResultCode() : SQLiteErrorCode.UNKNOWN_ERROR;
    }

    /** The medium failed beside SQLite. */
    Fault(IOException cause) {
        super(cause.getMessage(), cause);
        this.code = SQLiteErrorCode.SQLITE_IOERR;
    }

    /** Something that was read is damaged. */
    Fault(String what) {
        super(what);
        this.code = SQLiteErrorCode.SQLITE_CORRUPT;
    }

    /** Whether the file is not what was once written to it. */
    boolean isDamage() {
        return is(SQLiteErrorCode.SQLITE_CORRUPT) || is(SQLiteErrorCode.SQLITE_NOTADB);
    }

    /** Whether the medium failed. */
    boolean isIo() {
        return is(SQLiteErrorCode.SQLITE_IOERR);
    }

    /** Whether there is no space left. */
    boolean isFull() {
        return is(SQLiteErrorCode.SQLITE_FULL);
    }

    /** The low byte is the kind of error; what lies above says more about it (SQLite, "Result and Error Codes"). */
    private boolean is(SQLiteErrorCode kind) {
        return (code.code & 0xff) == kind.code;
    }
}
