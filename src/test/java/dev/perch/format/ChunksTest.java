// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ChunksTest {
    private static final String[] SIGNS = {"\n", "\r", "\r\n", "a", "\u00e9", "data: ", "", "\u2028", "\u0000"};

    @Test
    void nothingIsNoChunk() {
        assertNull(new Chunks().next());
        assertNull(new Chunks().addLines(new byte[0]).next());
    }

    @Test
    void linesAreSplitWhereverTheChunksEnd() {
        for (long seed = 1; seed <= 40; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            int signs = random.nextInt(seed % 4 == 0 ? 60_000 : 20);
            for (int i = 0; i < signs; i++) {
                text.append(SIGNS[random.nextInt(SIGNS.length)]);
            }
            Chunks chunks = new Chunks()
                    .add("data: ")
                    .addLines(text.toString().getBytes(UTF_8))
                    .add("\n\n");
            String expected = "data: " + text.toString().replaceAll("\r\n|\r|\n", "\ndata: ") + "\n\n";
            assertEquals(expected, all(chunks), "seed " + seed);
        }
    }

    private static String all(Chunks chunks) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer chunk = chunks.next(); chunk != null; chunk = chunks.next()) {
            assertTrue(chunk.hasRemaining() && chunk.remaining() <= Chunks.SIZE);
            while (chunk.hasRemaining()) {
                all.write(chunk.get());
            }
        }
        return all.toString(UTF_8);
    }
}
