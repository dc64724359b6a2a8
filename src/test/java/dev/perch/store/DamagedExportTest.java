// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Key;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.Publication;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is exported of files in which bits have flipped, and whether the check notices. */
final class DamagedExportTest {
    private static final int COPIES = Boolean.getBoolean("perch.long") ? 200 : 40;
    private static final int MESSAGES = 300;
    private static final int MOST_FLIPS = 8;
    private static final int BYTES = 3000;
    private static final long MANY = 1_000_000_000;

    private final long seed = Long.getLong("perch.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @TempDir
    private Path temporary;

    @Test
    void noDamagedMessageIsExported() throws IOException {
        System.out.println("DamagedExportTest: -Dperch.seed=" + seed);
        Path sound = temporary.resolve("sound");
        fill(sound);
        Map<Long, String> messages = export(sound, new ArrayList<>());
        assertEquals(MESSAGES, messages.size());
        assertEquals(List.of(), Check.of(sound).faults());
        byte[] file = Files.readAllBytes(sound.resolve("perch.db"));
        int noticed = 0;
        long exported = 0;
        Path copy = Files.createDirectory(temporary.resolve("copy"));
        for (int i = 0; i < COPIES; i++) {
            byte[] flipped = file.clone();
            for (int flips = 1 + random.nextInt(MOST_FLIPS); flips > 0; flips--) {
                flipped[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
            }
            Files.write(copy.resolve("perch.db"), flipped);
            List<String> damages = new ArrayList<>();
            Map<Long, String> readable = export(copy, damages);
            readable.forEach((offset, text) -> assertEquals(messages.get(offset), text, () -> "message " + offset));
            exported += readable.size();
            noticed += isNoticed(copy) ? 1 : 0;
            assertTrue(readable.size() == MESSAGES || !damages.isEmpty(), "something is left out without a word");
        }
        System.out.println("DamagedExportTest: noticed in " + noticed + " of " + COPIES + " copies; exported "
                + exported + " of " + (long) COPIES * MESSAGES + " messages");
        assertTrue(noticed > 0);
    }

    private static boolean isNoticed(Path directory) {
        try {
            return !Check.of(directory).faults().isEmpty();
        } catch (StoreException e) {
            return true;
        }
    }

    /** Everything of a message that readers see, by offset. */
    private static Map<Long, String> export(Path directory, List<String> damages) {
        Map<Long, String> readable = new HashMap<>();
        try {
            Export.of(directory, message -> readable.put(message.offset(), text(message)), damages::add);
        } catch (StoreException e) {
            damages.add(e.getMessage());
        }
        return readable;
    }

    private static String text(Message message) {
        return message.queue() + " " + message.time() + " " + message.expires() + " " + message.contentType() + " "
                + message.type() + " " + message.from() + " " + message.reply() + " " + Bench.text(message);
    }

    private void fill(Path directory) {
        Limits limits = new Limits(
                MESSAGES,
                MANY,
                MESSAGES,
                MANY,
                MANY,
                MANY,
                MESSAGES,
                2,
                2,
                Duration.ofHours(1),
                Duration.ofHours(1),
                Duration.ofHours(1));
        try (SqliteStore store = new SqliteStore(directory, 0, limits, Clocks.system(), Runnable::run)) {
            store.open(new RecordingIntake());
            List<CompletionStage<Publication>> stages = new ArrayList<>();
            for (int i = 0; i < MESSAGES; i++) {
                QueueName queue = i % 3 == 0 ? Bench.NEWS : QueueName.mailbox("m" + i % 7);
                byte[] body = new byte[random.nextInt(4) == 0 ? random.nextInt(BYTES) : random.nextInt(100)];
                random.nextBytes(body);
                Draft draft = new Draft("image/png", body, "type" + i, "from" + i, null, "reply" + i, 60 + i);
                stages.add(store.append(queue, List.of(draft), i % 2 == 0 ? null : Key.of("key" + i, List.of(draft))));
            }
            stages.forEach(Bench::await);
            Bench.await(store.follow("m1", "news", 0));
        }
    }
}
