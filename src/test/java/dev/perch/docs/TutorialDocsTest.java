// SPDX-License-Identifier: Apache-2.0
package dev.perch.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code coming-from-php.md} shows of a program is what runs: a fenced block that names a file is part of it. */
final class TutorialDocsTest {
    private static final Path DOCUMENT = Path.of("src/docs/coming-from-php.md");
    private static final Path TUTORIALS = Path.of("src/test/tutorials");

    @Test
    void everyBlockThatNamesAProgramIsAPartOfIt() throws IOException {
        for (String info : infos()) {
            String program = Files.readString(TUTORIALS.resolve(info.substring(info.indexOf(' ') + 1)));
            for (String block : Section.fenced(DOCUMENT, info)) {
                assertTrue(program.contains(block), () -> "not in the program: " + info + "\n" + block);
            }
        }
    }

    @Test
    void everyProgramIsShown() throws IOException {
        Set<String> shown = infos().stream()
                .map(info -> info.substring(info.indexOf(' ') + 1))
                .collect(Collectors.toCollection(TreeSet::new));
        try (Stream<Path> files = Files.list(TUTORIALS)) {
            Set<String> there =
                    files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
            assertEquals(there, shown);
        }
    }

    /** What stands behind the fences of the blocks that name a program. */
    private static Set<String> infos() throws IOException {
        try (Stream<String> lines = Files.lines(DOCUMENT)) {
            return lines.filter(line -> line.matches("```\\w+ \\S+"))
                    .map(line -> line.substring(3))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
