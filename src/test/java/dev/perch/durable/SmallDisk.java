// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A file system of a few mebibytes, in memory, mounted as long as this is open. */
final class SmallDisk implements AutoCloseable {
    private final Path path;

    private SmallDisk(Path path) {
        this.path = path;
    }

    /** Mounts one on that directory; where that is not allowed the test is skipped. */
    static SmallDisk mount(Path path, int mebibytes) {
        Machine.assume(Machine.complaint("mount", "-t", "tmpfs", "-o", size(mebibytes), "perch-test", path.toString()));
        return new SmallDisk(path);
    }

    private static String size(int mebibytes) {
        return "size=" + mebibytes + "m";
    }

    Path path() {
        return path;
    }

    /** Gives it another size, and leaves what is on it. */
    void resize(int mebibytes) {
        assertNull(Machine.complaint("mount", "-o", "remount," + size(mebibytes), path.toString()));
    }

    /** Takes so much of it away; returns the file to delete. */
    Path ballast(int mebibytes) throws IOException {
        return Files.write(path.resolve("ballast"), new byte[mebibytes << 20]);
    }

    /** Its files go with it. A process that has just died may hold it for a moment. */
    @Override
    public void close() {
        await().atMost(Duration.ofSeconds(10)).until(() -> Machine.complaint("umount", path.toString()) == null);
    }
}
