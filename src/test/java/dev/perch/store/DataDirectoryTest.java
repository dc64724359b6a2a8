// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.perch.mailbox.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One process at a time. */
final class DataDirectoryTest {
    @TempDir
    Path parent;

    @Test
    void aSecondStoreInTheSameProcessIsRefusedAndHarmsNothing() {
        Path data = parent.resolve("data");
        String self = Long.toString(ProcessHandle.current().pid());
        try (DataDirectory first = DataDirectory.take(data)) {
            StoreException refused = assertThrows(StoreException.class, () -> DataDirectory.take(data));
            assertEquals(inUse(data, self), refused.getMessage());
            assertThrows(StoreException.class, () -> DataDirectory.take(first.path()));
        }
        DataDirectory.take(data).close();
    }

    @Test
    void aSecondProcessIsRefusedAndToldOfTheFirst() throws Exception {
        Path data = parent.resolve("data");
        String self = Long.toString(ProcessHandle.current().pid());
        try (DataDirectory first = DataDirectory.take(data)) {
            assertEquals(
                    inUse(data, self), takeElsewhere(first.path().getParent().resolve("data")));
        }
        assertEquals("", takeElsewhere(data));
    }

    private static String inUse(Path data, String holder) {
        return data + " is in use by process " + holder + "; stop it first, or give this one another --data";
    }

    /** What another process is told. */
    private static String takeElsewhere(Path data) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Taker.class.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        return said;
    }

    /** The other process. */
    static final class Taker {
        private Taker() {}

        /** Takes the directory that is named, and says why it cannot. */
        public static void main(String[] arguments) {
            try {
                DataDirectory.take(Path.of(arguments[0])).close();
            } catch (StoreException e) {
                System.out.print(e.getMessage());
            }
        }
    }

    @Test
    void aPlaceThatCannotBeUsedIsNamed() throws IOException {
        Path file = Files.createFile(parent.resolve("file"));
        StoreException refused = assertThrows(StoreException.class, () -> DataDirectory.take(file.resolve("data")));
        assertEquals(
                "cannot use the directory " + file.resolve("data") + ": there is a file of that name",
                refused.getMessage());
        refused = assertThrows(StoreException.class, () -> DataDirectory.take(file));
        assertEquals("cannot use the directory " + file + ": there is a file of that name", refused.getMessage());
    }
}
