// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import org.sqlite.core.Codes;

/**
 * A copy of the file of a store as it is at one moment, made by SQLite's online backup while a server goes on to change
 * it. It is marked as a copy, so that a server started from it begins a new epoch: the original may have given out
 * offsets since, and they must not mean two messages.
 */
public final class Backup {
    private static final int ALL_PAGES_AT_ONCE = -1; // else each change of the server would make it start over

    private Backup() {}

    /**
     * Makes a copy, and returns what is in it. Nothing stands under the copy's name before it is complete, checked and
     * synced.
     *
     * @param directory that of the store
     * @param file what the copy is to be called; it must not exist
     * @throws StoreException with a sentence, when there is no copy
     */
    public static Check of(Path directory, Path file) {
        Path absolute = file.toAbsolutePath();
        Path partial = absolute.resolveSibling(absolute.getFileName() + ".partial");
        try {
            if (Files.exists(absolute)) {
                throw new FileAlreadyExistsException(file.toString());
            }
            create(partial);
            try {
                copy(directory, partial);
                Check check = mark(partial, absolute);
                publish(partial, absolute);
                return check;
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (FileAlreadyExistsException e) {
            throw new StoreException(e.getMessage() + " exists already; remove it, or give the backup another name", e);
        } catch (IOException e) {
            throw new StoreException(file + " cannot be written: " + Reason.of(e), e);
        } catch (SQLException | Fault e) {
            throw new StoreException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** For its owner only, as the data directory is. */
    private static void create(Path partial) throws IOException {
        Files.createFile(partial, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private static void copy(Path directory, Path partial) throws SQLException {
        try (Look look = Look.at(directory)) {
            int code =
                    look.connection().getDatabase().backup("main", partial.toString(), null, 0, 0, ALL_PAGES_AT_ONCE);
            if (code != Codes.SQLITE_OK) {
                throw new SQLException("SQLite's backup ended with its code " + code);
            }
        }
    }

    private static Check mark(Path partial, Path file) {
        try (Sql sql = new Sql(Look.connect(partial, ""))) {
            sql.text("PRAGMA journal_mode = DELETE"); // one file, whole without the others that a log has
            State state = State.read(sql);
            sql.begin();
            new State(state.epoch(), state.last(), state.turn(), state.mailboxFloor(), state.topicFloor(), true)
                    .write(sql);
            sql.commit();
            Check check = Check.of(file, sql);
            if (!check.faults().isEmpty()) {
                throw new Fault("what was copied is damaged; perch check says more");
            }
            return check;
        }
    }

    private static void publish(Path partial, Path file) throws IOException {
        sync(partial, StandardOpenOption.WRITE);
        Files.move(partial, file);
        sync(file.getParent(), StandardOpenOption.READ);
    }

    private static void sync(Path path, StandardOpenOption option) throws IOException {
        try (FileChannel channel = FileChannel.open(path, option)) {
            channel.force(true);
        }
    }
}
