// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The write-ahead log beside the file, as far as its way to the medium goes. The SQLite that comes with the driver
 * knows {@code fsync} only, which keeps the time of the last change as well: a write elsewhere on the medium, and on
 * many file systems a transaction of their journal. What was written needs no more than {@code fdatasync}
 * (POSIX.1-2017, there).
 */
final class Log implements AutoCloseable {
    private final FileChannel channel;

    private Log(FileChannel channel) {
        this.channel = channel;
    }

    /** The log of that file, which SQLite has made already. */
    static Log of(Path file) {
        try {
            return new Log(
                    FileChannel.open(file.resolveSibling(file.getFileName() + "-wal"), StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new Fault(e);
        }
    }

    /** What has been written to it, through whatever connection, is on the medium when this returns. */
    void sync() {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw new Fault(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new Fault(e);
        }
    }
}
