// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.StoreException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The directory of a store, held by one process at a time: by a lock on a file in it that says who that is. The lock
 * goes with the process, however it ends.
 */
final class DataDirectory implements AutoCloseable {
    /**
     * Those of this process. To close a file takes all locks of the process on it away, so it must not be tried twice.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final RandomAccessFile file;

    private DataDirectory(Path path, RandomAccessFile file) {
        this.path = path;
        this.file = file;
    }

    /** Takes the directory, and makes it if need be. */
    static DataDirectory take(Path wanted) {
        try {
            Path path = make(wanted);
            if (!HELD.add(path)) {
                throw inUse(wanted, Long.toString(ProcessHandle.current().pid()));
            }
            try {
                return new DataDirectory(path, lock(wanted, path.resolve("perch.lock")));
            } catch (IOException | RuntimeException e) {
                HELD.remove(path);
                throw e;
            }
        } catch (IOException e) {
            throw new StoreException("cannot use the directory " + wanted + ": " + Reason.of(e), e);
        }
    }

    /** Whether a store in this process holds the directory. */
    static boolean isHeldHere(Path directory) throws IOException {
        return HELD.contains(directory.toRealPath());
    }

    private static Path make(Path wanted) throws IOException {
        if (Files.isDirectory(wanted)) {
            return wanted.toRealPath();
        }
        Path parent = wanted.toAbsolutePath().normalize().getParent();
        Files.createDirectories(parent);
        // Nobody else on this machine needs to read other people's messages.
        boolean posix = Files.getFileStore(parent).supportsFileAttributeView("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
        Files.createDirectory(wanted, attributes);
        sync(parent);
        return wanted.toRealPath();
    }

    private static RandomAccessFile lock(Path wanted, Path path) throws IOException {
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        try {
            FileLock lock = file.getChannel().tryLock();
            if (lock == null) {
                String holder = file.readLine();
                throw inUse(wanted, holder == null ? "unknown" : holder);
            }
            file.setLength(0);
            file.write((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII));
            return file;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static StoreException inUse(Path wanted, String holder) {
        return new StoreException(
                wanted + " is in use by process " + holder + "; stop it first, or give this one another --data", null);
    }

    /** Where it is. */
    Path path() {
        return path;
    }

    /** Makes sure that the files in it are found after a power cut. */
    void sync() {
        try {
            sync(path);
        } catch (IOException e) {
            throw new StoreException("cannot use the directory " + path + ": " + Reason.of(e), e);
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new StoreException("cannot leave the directory " + path + ": " + Reason.of(e), e);
        } finally {
            HELD.remove(path);
        }
    }
}
