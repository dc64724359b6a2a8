// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeapTest {
    private static final int MEBIBYTE = 1 << 20;

    @Test
    void theSerialCollectorGetsAtOnceWhatItMayHave() throws Exception {
        long heap = heapAfterwards("-XX:+UseSerialGC", "-Xmx300m");

        assertTrue(heap > 270, heap + " MB of 300");
    }

    @Test
    void aFirstSizeThatWasChosenStays() throws Exception {
        long heap = heapAfterwards("-XX:+UseSerialGC", "-Xms40m", "-Xmx300m");

        assertTrue(heap < 50, heap + " MB of 40");
    }

    @Test
    void whereNobodySaidHowMuchItMayHaveItStaysAsItIs() throws Exception {
        assertEquals(heapAtFirst("-XX:+UseSerialGC"), heapAfterwards("-XX:+UseSerialGC"));
    }

    @Test
    void anotherCollectorKeepsItsWays() throws Exception {
        String[] settings = {"-XX:+UseG1GC", "-XX:InitialRAMPercentage=0.3", "-Xmx300m"};

        assertEquals(heapAtFirst(settings), heapAfterwards(settings));
    }

    private static long heapAtFirst(String... settings) throws IOException, InterruptedException {
        return heap("at first", settings);
    }

    private static long heapAfterwards(String... settings) throws IOException, InterruptedException {
        return heap("afterwards", settings);
    }

    /** How large the heap is, in mebibytes, in a virtual machine of its own. */
    private static long heap(String when, String... settings) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(settings));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Other.class.getName(), when));
        Process machine = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String printed = new String(machine.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(machine.waitFor(20, TimeUnit.SECONDS), "it ends");
            return Long.parseLong(printed.strip());
        } finally {
            machine.destroyForcibly();
        }
    }

    /** What the other virtual machine runs. */
    static final class Other {
        private Other() {}

        public static void main(String[] args) {
            if ("afterwards".equals(args[0])) {
                Heap.takeWhatIsAllowed();
            }
            System.out.println(Runtime.getRuntime().totalMemory() / MEBIBYTE);
        }
    }
}
