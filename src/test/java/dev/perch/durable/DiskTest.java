// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The record of a server's calls, and the disks that are made from it. */
final class DiskTest {
    private static final Path DIRECTORY = Path.of("/d/data");
    private static final String ABSENT = "absent";

    private final List<String> lines = new ArrayList<>();

    @TempDir
    private Path temporary;

    @Test
    void whatWasSyncedIsThere() throws IOException {
        createDirectory();
        create("f");
        line("1 pwrite64(7<f>, 'abc', 3, 0) = 3");
        line("1 fsync(7<f>) = 0");
        assertEquals(Set.of("abc"), outcomes("f", lines.size()));
    }

    @Test
    void whatWasNotSyncedIsThereOrNot() throws IOException {
        createDirectory();
        create("f");
        line("1 pwrite64(7<f>, 'abc', 3, 0) = 3");
        line("1 fdatasync(7<f>) = 0");
        line("1 pwrite64(7<f>, 'de', 2, 3) = 2");
        line("1 pwrite64(7<f>, 'X', 1, 0) = 1");
        line("1 ftruncate(7<f>, 1) = 0");
        Set<String> outcomes = outcomes("f", lines.size());
        assertTrue(outcomes.containsAll(Set.of("abc", "abcde", "Xbc", "Xbcde", "a", "X")), outcomes::toString);
    }

    @Test
    void aSyncDoesNotCountBeforeItHasReturned() throws IOException {
        createDirectory();
        create("f");
        line("1 pwrite64(7<f>, 'abc', 3, 0) = 3");
        line("1 fsync(7<f> <unfinished ...>");
        line("2 close(5) = 0");
        int before = lines.size();
        line("1 <... fsync resumed>) = 0");
        assertTrue(outcomes("f", before).contains(""));
        assertEquals(Set.of("abc"), outcomes("f", lines.size()));
    }

    @Test
    void aSyncDoesNotCountForAWriteThatRanBesideIt() throws IOException {
        createDirectory();
        create("f");
        line("1 pwrite64(7<f>, 'abc', 3, 0 <unfinished ...>");
        line("2 fsync(7<f>) = 0");
        line("1 <... pwrite64 resumed>) = 3");
        assertTrue(outcomes("f", lines.size()).containsAll(Set.of("", "abc")));
    }

    @Test
    void aFailedSyncSavesNothing() throws IOException {
        createDirectory();
        create("f");
        line("1 pwrite64(7<f>, 'abc', 3, 0) = 3");
        line("1 fsync(7<f>) = -1 EIO (Input/output error)");
        assertTrue(outcomes("f", lines.size()).contains(""));
    }

    @Test
    void theLastWriteIsTornAtSectors() throws IOException {
        createDirectory();
        create("f");
        line("1 pwrite64(7<f>, '" + "o".repeat(1024) + "', 1024, 0) = 1024");
        line("1 fsync(7<f>) = 0");
        line("1 pwrite64(7<f>, '" + "n".repeat(1000) + "', 1000, 24) = 1000");
        String start = "o".repeat(24);
        Set<String> outcomes = outcomes("f", lines.size());
        assertEquals(
                new TreeSet<>(Set.of(
                        "o".repeat(1024),
                        start + "n".repeat(488) + "o".repeat(512),
                        "o".repeat(512) + "n".repeat(512),
                        start + "n".repeat(1000))),
                outcomes);
    }

    @Test
    void aNameIsSafeOnceItsDirectoryIsSynced() throws IOException {
        createDirectory();
        line("1 openat(AT_FDCWD, '/d/data/f', O_RDWR|O_CREAT, 0600) = 7<f>");
        line("1 pwrite64(7<f>, 'abc', 3, 0) = 3");
        line("1 fsync(7<f>) = 0");
        assertEquals(Set.of(ABSENT, "abc"), outcomes("f", lines.size()));
        line("1 openat(AT_FDCWD, '/d/data', O_RDONLY) = 8</d/data>");
        line("1 fsync(8</d/data>) = 0");
        assertEquals(Set.of("abc"), outcomes("f", lines.size()));
        line("1 unlink('/d/data/f') = 0");
        assertEquals(Set.of(ABSENT, "abc"), outcomes("f", lines.size()));
        line("1 fsync(8</d/data>) = 0");
        assertEquals(Set.of(ABSENT), outcomes("f", lines.size()));
    }

    @Test
    void theDirectoryItselfIsSafeOnceItsParentIsSynced() throws IOException {
        line("1 mkdir('/d/data', 0700) = 0");
        create("f");
        assertTrue(outcomes("f", lines.size()).contains(ABSENT));
    }

    @Test
    void whatIsAppendedGoesBehindWhatWasWritten() throws IOException {
        createDirectory();
        create("f");
        line("1 write(7<f>, 'abc', 3) = 3");
        line("1 writev(7<f>, [{iov_base='de', iov_len=2}, {iov_base='fg', iov_len=2}], 2) = 3");
        line("1 fsync(7<f>) = 0");
        assertEquals(Set.of("abcdef"), outcomes("f", lines.size()));
    }

    @Test
    void aPromiseIsWhatWasSentToAClient() throws IOException {
        createDirectory();
        line("1 write(9<socket:[1]>, 'HTTP/1.1 201{\"id\":\"k.1\",', 20) = 24");
        line(
                "1 writev(9<socket:[1]>, [{iov_base='HTTP/', iov_len=5}, {iov_base='{\"id\":\"k.2\"}', iov_len=12}], 2) = 17");
        DiskTrace trace = trace();
        assertEquals(List.of(lines.size() - 2, lines.size() - 1), trace.answers());
        assertEquals(Set.of("k.1"), trace.promised(lines.size() - 2));
        assertEquals(Set.of("k.1", "k.2"), trace.promised(lines.size() - 1));
        assertFalse(trace.promised(lines.size() - 3).contains("k.1"));
    }

    @Test
    void aChangeThatIsNotUnderstoodIsNotOverlooked() {
        createDirectory();
        create("f");
        for (String call : List.of(
                "fallocate(7<f>, 0, 0, 4096) = 0",
                "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 7<f>, 0) = 0x7f0000000000",
                "rename('/d/data/f', '/d/data/g') = 0",
                "mkdir('/d/data/g', 0700) = 0")) {
            line("1 " + call);
            assertThrows(IllegalStateException.class, this::trace, call);
            lines.remove(lines.size() - 1);
        }
    }

    /** A line as strace has it, but that quoted texts stand between ' and in clear, and f for the path of that file. */
    private void line(String text) {
        StringBuilder line = new StringBuilder();
        String[] parts = text.replace("<f>", "</d/data/f>").split("'", -1);
        for (int i = 0; i < parts.length; i++) {
            line.append(i % 2 == 0 ? parts[i] : '"' + StraceLine.encoded(parts[i]) + '"');
        }
        lines.add(line.toString());
    }

    private void createDirectory() {
        line("1 mkdir('/d/data', 0700) = 0");
        line("1 openat(AT_FDCWD, '/d', O_RDONLY) = 6</d>");
        line("1 fsync(6</d>) = 0");
    }

    private void create(String name) {
        line("1 openat(AT_FDCWD, '/d/data/" + name + "', O_RDWR|O_CREAT, 0600) = 7</d/data/" + name + ">");
        line("1 openat(AT_FDCWD, '/d/data', O_RDONLY) = 8</d/data>");
        line("1 fsync(8</d/data>) = 0");
    }

    private DiskTrace trace() throws IOException {
        return DiskTrace.read(Files.write(temporary.resolve("trace"), lines), DIRECTORY);
    }

    /** What the file can hold after a cut behind the first so many lines. */
    private Set<String> outcomes(String name, int cut) throws IOException {
        DiskTrace trace = trace();
        Set<String> outcomes = new TreeSet<>();
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            byte[] content = Disk.after(trace, cut - 1, random).files().get(name);
            outcomes.add(content == null ? ABSENT : new String(content, US_ASCII));
        }
        return outcomes;
    }
}
