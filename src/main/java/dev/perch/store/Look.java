// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

/**
 * A look at the file of a store that leaves its directory as it was, whether a server runs there or not. If none does,
 * none can start while this is open. For one thread.
 */
final class Look implements AutoCloseable {
    private static final String FILE = "perch.db";
    private static final int PATIENCE_MILLIS = 10_000;

    /*
     * SQLite reads a database with a log (-wal) through an index to it in shared memory (-shm):
     *
     * - beside a server, in the server's;
     * - with no server and a log, it was not closed: an index of its own, in the heap, when there is a -shm that it may
     *   not write to. Where the -shm is missing, too, one has to be made and is removed afterwards;
     * - with no server and no log the file is all there is, and reading it as one that never changes keeps SQLite from
     *   making both.
     */
    private static final String BESIDE_A_SERVER = "?mode=ro";
    private static final String WITH_A_LOG = "?mode=ro&readonly_shm=1";
    private static final String ALONE = "?mode=ro&immutable=1";

    private final Path file;
    private final FileChannel lockFile;
    private final boolean makesIndex;
    private final SQLiteConnection connection;
    private final Sql sql;

    private Look(Path directory, Path file) throws IOException {
        this.file = file;
        Path lock = directory.resolve("perch.lock");
        boolean servedHere = DataDirectory.isHeldHere(directory);
        lockFile = servedHere || Files.notExists(lock) ? null : FileChannel.open(lock, StandardOpenOption.READ);
        try {
            boolean served = servedHere || (lockFile != null && lockFile.tryLock(0, Long.MAX_VALUE, true) == null);
            boolean logged = Files.exists(beside("-wal")) && Files.size(beside("-wal")) > 0;
            makesIndex = !served && logged && Files.notExists(beside("-shm"));
            connection = connect(file, served || makesIndex ? BESIDE_A_SERVER : logged ? WITH_A_LOG : ALONE);
            sql = new Sql(connection);
        } catch (IOException | RuntimeException e) {
            closeLock();
            throw e;
        }
    }

    /**
     * Opens the file of the store in that directory.
     *
     * @throws StoreException with a sentence, when there is none that this version could read
     */
    static Look at(Path directory) {
        Path file = directory.resolve(FILE);
        if (Files.isDirectory(directory) && !Files.isExecutable(directory)) {
            throw new StoreException(
                    directory + " cannot be opened: permission denied; do this as the user that the server runs as",
                    null);
        }
        if (!Files.isRegularFile(file)) {
            throw new StoreException(
                    directory + " is no data directory of Perch: there is no " + FILE + " in it", null);
        }
        Database database = new Database(directory, Schema.CURRENT);
        try {
            Look look = new Look(directory, file);
            look.assertKnown(database);
            return look;
        } catch (IOException e) {
            throw new StoreException(file + " cannot be opened: " + Reason.of(e), e);
        } catch (Fault e) {
            throw database.sentence(e);
        }
    }

    private void assertKnown(Database database) {
        try {
            database.check(sql);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private Path beside(String suffix) {
        return file.resolveSibling(FILE + suffix);
    }

    /** A connection with SQLite's parameters of a file name (sqlite.org/uri.html). */
    static SQLiteConnection connect(Path file, String parameters) {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(PATIENCE_MILLIS);
        try {
            return (SQLiteConnection) config.createConnection("jdbc:sqlite:" + file.toUri() + parameters);
        } catch (SQLException e) {
            throw new Fault(e);
        }
    }

    Sql sql() {
        return sql;
    }

    SQLiteConnection connection() {
        return connection;
    }

    Path file() {
        return file;
    }

    @Override
    public void close() {
        try {
            sql.close();
            if (makesIndex) {
                Files.deleteIfExists(beside("-shm"));
            }
        } catch (IOException e) {
            throw new StoreException(beside("-shm") + " cannot be removed: " + e.getMessage(), e);
        } finally {
            closeLock();
        }
    }

    private void closeLock() {
        try {
            if (lockFile != null) {
                lockFile.close();
            }
        } catch (IOException e) {
            throw new StoreException("the lock of " + file + " cannot be given back: " + e.getMessage(), e);
        }
    }
}
