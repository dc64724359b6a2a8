// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.StoreException;
import java.io.IOException;
import java.lang.System.Logger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteJDBCLoader;

/** The file in which a store lies, and how it is opened. */
class Database {
    /** How much of the file a connection keeps in memory, outside of the heap, in KiB. */
    private static final int WRITER_PAGES_KIB = 32 * 1024;

    private static final int READER_PAGES_KIB = 4 * 1024;

    /**
     * The log is synced when it begins anew and before a checkpoint, and then the file (SQLite, "PRAGMA synchronous").
     */
    private static final String SYNC_BESIDE_COMMITS = "PRAGMA synchronous = NORMAL";

    private static final Logger LOG = System.getLogger(Database.class.getName());
    private static boolean loaded;

    private final Path directory;
    private final Path file;
    private final Schema schema;
    private final boolean synced;

    /** The file in this directory. */
    Database(Path directory, Schema schema) {
        this(directory, schema, true);
    }

    /** The same; one that is not {@code synced} breaks our promises when the power goes. */
    Database(Path directory, Schema schema, boolean synced) {
        loadLibrary();
        this.directory = directory;
        this.file = directory.resolve("perch.db");
        this.schema = schema;
        this.synced = synced;
    }

    /**
     * SQLite is a library that is unpacked to be loaded. By default it stays behind when the process is killed, so it
     * is unpacked to a place of its own that goes at once: a loaded library needs no name.
     */
    private static synchronized void loadLibrary() {
        if (loaded) {
            return;
        }
        try {
            Path place = Files.createTempDirectory("perch-sqlite-");
            System.setProperty("org.sqlite.tmpdir", place.toString());
            SQLiteJDBCLoader.initialize();
            loaded = true;
            delete(place);
        } catch (Exception e) {
            throw new StoreException(
                    "the library of SQLite cannot be unpacked and loaded from " + System.getProperty("java.io.tmpdir")
                            + "; name a better place with java -Djava.io.tmpdir=DIR (" + e.getMessage() + ")",
                    e);
        }
    }

    private static void delete(Path place) {
        try (Stream<Path> unpacked = Files.list(place)) {
            for (Path each : unpacked.toList()) {
                Files.deleteIfExists(each);
            }
            Files.deleteIfExists(place);
        } catch (IOException e) {
            // Some systems keep what is loaded; there it stays in the directory for such files.
            LOG.log(Logger.Level.DEBUG, "the library of SQLite stays in {0}", place);
        }
    }

    /** The connection that writes; a file that is not there is made, an older one is brought to the present format. */
    Sql writer(String epoch) {
        if (size(file) == 0 && size(directory.resolve("perch.db-wal")) > 0) {
            // SQLite would take it for a new file, and delete the log.
            throw new Fault("it is empty, but there is a log");
        }
        Sql sql = connect(false);
        try {
            check(sql);
            if (!sql.text("PRAGMA journal_mode = WAL").equals("wal")) {
                throw new StoreException("the file system of " + directory + " cannot do what the store needs", null);
            }
            sql.run("PRAGMA synchronous = " + (synced ? "FULL" : "OFF"));
            sql.run("PRAGMA wal_autocheckpoint = 0");
            sql.run("PRAGMA cache_size = -" + WRITER_PAGES_KIB);
            schema.apply(sql, epoch);
            if (synced) {
                sql.syncs(Log.of(file));
                sql.run(SYNC_BESIDE_COMMITS);
            }
            return sql;
        } catch (RuntimeException e) {
            sql.close();
            throw e;
        }
    }

    private static long size(Path path) {
        try {
            return Files.exists(path) ? Files.size(path) : 0;
        } catch (IOException e) {
            throw new StoreException(path + " cannot be looked at: " + e, e);
        }
    }

    /** A connection for checkpoints only. */
    Sql checkpoints() {
        Sql sql = connect(false);
        sql.run(synced ? SYNC_BESIDE_COMMITS : "PRAGMA synchronous = OFF");
        sql.run("PRAGMA wal_autocheckpoint = 0");
        return sql;
    }

    /** A connection that cannot change anything. */
    Sql reader() {
        Sql sql = connect(true);
        sql.run("PRAGMA cache_size = -" + READER_PAGES_KIB);
        return sql;
    }

    private Sql connect(boolean readOnly) {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(readOnly);
        // Else the driver asks for the row's number after each INSERT, with a statement prepared for that.
        config.setGetGeneratedKeys(false);
        try {
            return sql(config.createConnection("jdbc:sqlite:" + file));
        } catch (SQLException e) {
            throw new Fault(e);
        }
    }

    /** What is done with a connection; tests let some of it fail. */
    Sql sql(Connection connection) {
        return new Sql(connection);
    }

    /** Looks before anything is changed. */
    void check(Sql sql) {
        long format = sql.number("PRAGMA user_version");
        long mark = sql.number("PRAGMA application_id");
        boolean ours = mark == Schema.APPLICATION_ID;
        if (!ours && (format != 0 || mark != 0 || sql.number("SELECT count(*) FROM sqlite_schema") > 0)) {
            throw new StoreException(file + " is not a store of Perch; give another directory with --data", null);
        }
        if (format > schema.format()) {
            throw new StoreException(
                    file + " has format " + format + " and was written by a newer Perch; this one knows format "
                            + schema.format() + ": start the newer one",
                    null);
        }
    }

    /** What is wrong, and what to do, as a sentence. */
    StoreException sentence(Fault fault) {
        String why = fault.getMessage();
        if (fault.isDamage()) {
            return new StoreException(
                    file + " is damaged (" + why + "), nothing in it was changed: perch check " + directory
                            + " tells more, perch export " + directory + " saves what can be read,"
                            + " or put a backup in its place",
                    fault);
        }
        if (fault.isFull()) {
            return new StoreException("there is no space left for " + file, fault);
        }
        String what = fault.isIo() ? " cannot be read or written (" : " cannot be used (";
        return new StoreException(file + what + why + ")", fault);
    }
}
