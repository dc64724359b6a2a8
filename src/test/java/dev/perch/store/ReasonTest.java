// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/** The words for what Java says of files. */
final class ReasonTest {
    @Test
    void whatJavaCallsByTheNameOfTheFileAloneHasWords() {
        assertEquals("permission denied", Reason.of(new AccessDeniedException("/data")));
        assertEquals("there is no such directory", Reason.of(new NoSuchFileException("/data")));
    }

    @Test
    void whatTheSystemSaysIsHandedOn() {
        FileSystemException system = new FileSystemException("/data", null, "Read-only file system");
        assertEquals("Read-only file system", Reason.of(system));
        assertEquals("No space left on device", Reason.of(new IOException("No space left on device")));
    }
}
