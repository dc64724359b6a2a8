// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Message;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What must be known of a message to find it in the file and to drop it.
 *
 * @param offset its offset
 * @param bytes how many bytes become free
 * @param expires when its time-to-live ends, in milliseconds since 1970
 * @param ownTtl whether its publisher set that
 */
record Slip(long offset, long bytes, long expires, boolean ownTtl) {
    /** The columns, in the order in which {@link #of(ResultSet)} reads them. They lie before those that may be long. */
    static final String COLUMNS = "message.offset, bytes, expires, own_ttl";

    static Slip of(ResultSet row) throws SQLException {
        return new Slip(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4) > 0);
    }

    static Slip of(Message message) {
        return new Slip(message.offset(), message.bytes(), message.expires(), message.hasOwnTtl());
    }
}
