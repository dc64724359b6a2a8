// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.Store;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/** The durable store with SQLite told not to sync, which loses what it has acknowledged when the power goes. */
public final class UnsyncedStore {
    private static final long CACHE_BYTES = 64 * 1024 * 1024;

    private UnsyncedStore() {}

    /** Opens it. */
    public static Store open(Path directory, Limits limits, Clocks clocks, Executor threads) {
        return new SqliteStore(
                directory, path -> new Database(path, Schema.CURRENT, false), CACHE_BYTES, limits, clocks, threads);
    }
}
