// SPDX-License-Identifier: Apache-2.0
package dev.perch.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What stands under one heading of a document and can be run: its blocks build on each other, from an empty server on.
 *
 * @param title the document and the heading
 * @param steps the requests, in order
 */
record Section(String title, List<Step> steps) {
    private static final String FENCE = "```";
    private static final String RUN = "sh";
    private static final String RUN_UNTIL_ANSWERED = "sh endless";
    private static final Set<String> ANSWERS = Set.of("json", "http", "text");

    /**
     * A block of commands, fenced as {@code sh}, and the answer that is shown right behind it.
     *
     * @param line where it stands in the document
     * @param commands for bash
     * @param endless whether it never ends by itself, and is stopped when it has printed the answer
     * @param answer what it prints, or null where nothing is shown
     */
    record Step(int line, String commands, boolean endless, String answer) {}

    /**
     * A fenced block: under which heading of the document, from which line on, and whether another ends right before.
     */
    private record Block(int heading, String title, int line, String info, String text, boolean follows) {
        boolean endless() {
            return info.equals(RUN_UNTIL_ANSWERED);
        }

        boolean isRun() {
            return info.equals(RUN) || endless();
        }
    }

    /** The sections of a document that have something to run. */
    static List<Section> of(Path document) {
        SortedMap<Integer, Section> sections = new TreeMap<>();
        List<Block> blocks = blocks(document);
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            if (block.isRun()) {
                Block next = i + 1 < blocks.size() ? blocks.get(i + 1) : block;
                String answer = next.follows() && ANSWERS.contains(next.info()) ? next.text() : null;
                sections.computeIfAbsent(block.heading(), line -> new Section(block.title(), new ArrayList<>()))
                        .steps()
                        .add(new Step(block.line(), block.text(), block.endless(), answer));
            }
        }
        return List.copyOf(sections.values());
    }

    /** The text of the blocks that are fenced with this word. */
    static List<String> fenced(Path document, String info) {
        return blocks(document).stream()
                .filter(block -> block.info().equals(info))
                .map(Block::text)
                .toList();
    }

    private static List<Block> blocks(Path document) {
        List<Block> blocks = new ArrayList<>();
        List<String> lines = lines(document);
        int heading = 0;
        String title = "";
        int ended = -1;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("#")) {
                heading = i + 1;
                title = document.getFileName() + ": " + line.replaceFirst("#+ ", "");
            } else if (line.startsWith(FENCE)) {
                int end = i + 1 + lines.subList(i + 1, lines.size()).indexOf(FENCE);
                String text = String.join("\n", lines.subList(i + 1, end));
                blocks.add(new Block(heading, title, i + 1, line.substring(FENCE.length()), text, ended == i - 1));
                i = end;
                ended = end;
            }
        }
        return blocks;
    }

    private static List<String> lines(Path document) {
        try {
            return Files.readAllLines(document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return title;
    }
}
