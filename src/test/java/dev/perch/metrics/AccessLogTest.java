// SPDX-License-Identifier: Apache-2.0
package dev.perch.metrics;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.perch.metrics.AccessLine.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The lines of the access log, and the file that they go to. */
final class AccessLogTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private static AccessLine line(String target) {
        return new AccessLine(
                1_795_243_376_152L,
                "127.0.0.1",
                "ann",
                "GET",
                target,
                "HTTP/1.1",
                200,
                57,
                2001,
                new Outcome("wait", 2000));
    }

    private static String targetOf(String target) {
        String text = line(target).toString();
        return text.substring(text.indexOf("target=\"") + 8, text.indexOf("\" protocol="));
    }

    @Test
    void aLineSaysWhoAskedForWhatAndHowItCameOut() {
        assertEquals(
                "time=2026-11-21T06:42:56.152Z client=127.0.0.1 subject=ann method=GET target=\"/mailbox/ann?wait=2\""
                        + " protocol=HTTP/1.1 status=200 bytes=57 outcome=wait parked=2000 took=2001",
                line("/mailbox/ann?wait=2").toString());
    }

    @ParameterizedTest
    @CsvSource({
        "/mailbox/a?access_token=s3cret, /mailbox/a?",
        "/mailbox/a?wait=1&access_token=s3cret&after=k.1, /mailbox/a?wait=1&after=k.1",
        "/mailbox/a?access%5Ftoken=s3cret&wait=1, /mailbox/a?wait=1",
        "/mailbox/a?ACCESS_TOKEN=s3cret, /mailbox/a?",
        "/mailbox/a?access_token=s3cret&access_token=s3cret2, /mailbox/a?",
        "/mailbox/a?%61ccess_token%20=s3cret, /mailbox/a?",
        "/mailbox/a?%zz=s3cret&wait=1, /mailbox/a?wait=1",
        "/mailbox/a?access_token, /mailbox/a?",
        "/reply/s3cret, /reply/-",
        "/reply/s3cret?x=1, /reply/-?x=1"
    })
    void tokensAreLeftOut(String target, String shown) {
        assertEquals(shown, targetOf(target));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a\nb",
                "/a\rb",
                "/a\u001bb",
                "/a b",
                "/a\"b",
                "/a\\b",
                "/a\u007fb",
                "/a\u0085b",
                "/a\u2028b",
                "/a\u202eb",
                "/a\u00e4b",
                "/a\u0000b"
            })
    void onlyVisibleAsciiIsWritten(String target) {
        assertEquals(String.format("/a\\u%04xb", (int) target.charAt(2)), targetOf(target));
        assertEquals(1, line(target).toString().lines().count());
    }

    @Test
    void aLongTargetIsCutOff() {
        assertEquals("/" + "x".repeat(1023) + "...", targetOf("/" + "x".repeat(9000)));
        assertEquals("-", targetOf(null));
    }

    @Test
    void whatWaitsIsWrittenBeforeTheEnd() throws IOException {
        Path file = directory.resolve("access.log");
        AccessLog log = new AccessLog(file);
        log.start();
        for (int i = 0; i < 3000; i++) {
            log.write(line("/" + i));
        }
        log.close();
        List<String> lines = Files.readAllLines(file);
        assertEquals(3000, lines.size());
        assertTrue(lines.get(2999).contains("target=\"/2999\""));
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void itGoesOnInANewFileWhenTheOldOneIsMovedAndInTheSameOneWhenThatIsEmptied() throws IOException {
        Path file = Files.writeString(directory.resolve("access.log"), "before\n");
        Path moved = directory.resolve("access.log.1");
        try (AccessLog log = new AccessLog(file)) {
            log.start();
            log.write(line("/one"));
            await().atMost(SOON).until(() -> Files.readString(file).contains("/one"));
            assertTrue(Files.readString(file).startsWith("before\n"));
            Files.move(file, moved);
            log.write(line("/two"));
            await().atMost(SOON)
                    .until(() -> Files.exists(file) && Files.readString(file).contains("/two"));
            assertFalse(Files.readString(moved).contains("/two"));
            Files.writeString(file, "");
            log.write(line("/three"));
            await().atMost(SOON).until(() -> Files.readString(file).contains("/three"));
            assertTrue(Files.readString(file).startsWith("time="));
        }
    }

    @Test
    void nobodyWaitsForALogThatIsFullOrCannotBeWritten() throws IOException {
        try (AccessLog idle = new AccessLog(directory.resolve("access.log"))) {
            for (int i = 0; i < 8192 + 10; i++) {
                idle.write(line("/"));
            }
            assertEquals(10, idle.dropped());
        }
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "there is no /dev/full");
        try (AccessLog log = new AccessLog(full)) {
            log.start();
            log.write(line("/"));
            await().atMost(SOON).until(() -> log.dropped() == 1);
            log.write(line("/"));
            await().atMost(SOON).until(() -> log.dropped() == 2);
        }
    }

    @Test
    void aFileThatCannotBeOpenedIsRefused() {
        assertThrows(IOException.class, () -> new AccessLog(directory.resolve("none/access.log")));
        assertThrows(IOException.class, () -> new AccessLog(directory));
    }
}
