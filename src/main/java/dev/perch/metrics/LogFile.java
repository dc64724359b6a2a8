// SPDX-License-Identifier: Apache-2.0
package dev.perch.metrics;

import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A file that grows at its end and that others may rename or empty meanwhile, as logrotate does: then what comes next
 * goes into a new one of that name. For one thread.
 */
final class LogFile implements Closeable {
    private final Path path;
    private OutputStream out;
    private Object key;

    /** That file, made if need be, readable for its owner and group; null is standard output. */
    LogFile(Path path) throws IOException {
        this.path = path;
        if (path == null) {
            out = new FileOutputStream(FileDescriptor.out);
        } else {
            open();
        }
    }

    private void open() throws IOException {
        if (!Files.exists(path)) {
            create();
        }
        out = Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        key = key();
    }

    private void create() throws IOException {
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
        }
    }

    private Object key() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /** Writes all of it. */
    void write(byte[] bytes) throws IOException {
        if (path != null && isMoved()) {
            out.close();
            open();
        }
        out.write(bytes);
    }

    private boolean isMoved() {
        try {
            Object now = key();
            return now != null && !now.equals(key);
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        if (path != null) {
            out.close();
        }
    }
}
