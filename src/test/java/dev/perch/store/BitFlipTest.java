// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Key;
import dev.perch.mailbox.MailboxRecord;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.Page;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Store;
import dev.perch.mailbox.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Copies of a database in which a few bits are other than they were written, as disks and memory do it. Each part of
 * the file has its turn. {@code -Dperch.long=true} makes it 200 copies.
 */
final class BitFlipTest {
    private static final boolean LONG = Boolean.getBoolean("perch.long");
    private static final int COPIES = LONG ? 200 : 20;
    private static final int MOST_BITS = 8;
    private static final int FILE_HEADER = 100;
    private static final int QUEUES = 20;
    private static final int MESSAGES = 3000;
    private static final int PAGE = 50;
    private static final String FILE = "perch.db";

    private final long seed = Long.getLong("perch.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @TempDir
    Path directory;

    /** What became of a copy. */
    private enum Fate {
        /** It is not opened. */
        REFUSED,
        /** It is opened, and part of it cannot be read. */
        PARTLY_READ,
        /** A queue has lost messages, and nobody is told: the pages of the table have no checksum. */
        INCOMPLETE,
        /** Everything is there. */
        UNHARMED
    }

    /** Everything that a reader can see of a message. */
    private record Seen(
            long offset, long time, String contentType, String type, String from, String reply, String body) {
        static Seen of(Message message) {
            return new Seen(
                    message.offset(),
                    message.time(),
                    message.contentType(),
                    message.type(),
                    message.from(),
                    message.reply(),
                    new String(message.body(), StandardCharsets.ISO_8859_1));
        }
    }

    /** Everything that a store tells of itself. */
    private record Contents(
            Map<QueueName, List<Seen>> messages, List<MailboxRecord> mailboxes, String epoch, long last) {}

    @Test
    void noDamagedMessageIsServed() throws IOException {
        System.out.println("BitFlipTest: -Dperch.seed=" + seed);
        Path whole = Files.createDirectory(directory.resolve("whole"));
        fill(whole);
        Contents contents = contents(whole);
        Map<Fate, Integer> fates = new EnumMap<>(Fate.class);
        for (int i = 0; i < COPIES; i++) {
            Path copy = Files.createDirectory(directory.resolve("copy-" + i));
            byte[] bytes = Files.readAllBytes(whole.resolve(FILE));
            String flipped = flip(bytes, i);
            Files.write(copy.resolve(FILE), bytes);
            Fate fate = fate(copy, contents, "seed " + seed + ", copy " + i + ", bits " + flipped);
            fates.merge(fate, 1, Integer::sum);
            if (fate == Fate.INCOMPLETE) {
                System.out.println("BitFlipTest: incomplete is copy " + i + ", bits " + flipped);
            }
        }
        System.out.println("BitFlipTest: " + fates);
        if (LONG) {
            assertTrue(
                    fates.keySet().containsAll(List.of(Fate.REFUSED, Fate.PARTLY_READ, Fate.UNHARMED)),
                    fates::toString);
        }
    }

    private static Contents contents(Path whole) {
        try (Bench bench = bench(whole)) {
            Store store = bench.store();
            Map<QueueName, List<Seen>> messages = new HashMap<>();
            for (int i = 0; i < QUEUES; i++) {
                List<Seen> seen = new ArrayList<>();
                assertTrue(readTo(seen, store, queue(i), whole, "undamaged"));
                messages.put(queue(i), seen);
            }
            assertEquals(
                    MESSAGES, messages.values().stream().mapToInt(List::size).sum());
            return new Contents(messages, mailboxes(bench), store.epoch(), store.last());
        }
    }

    private static QueueName queue(int number) {
        return number % 4 == 0 ? QueueName.topic("topic-" + number) : QueueName.mailbox("mailbox-" + number);
    }

    private static Bench bench(Path data) {
        Bench bench = new Bench((limits, clocks) -> new SqliteStore(data, 1 << 20, limits, clocks, Runnable::run));
        bench.mailboxMessages = Bench.ALL;
        bench.mailboxBytes = Long.MAX_VALUE;
        bench.topicMessages = Bench.ALL;
        bench.topicBytes = Long.MAX_VALUE;
        bench.storeMessages = Long.MAX_VALUE;
        bench.storeBytes = Long.MAX_VALUE;
        bench.mailboxes = QUEUES;
        return bench;
    }

    private void fill(Path data) {
        try (Bench bench = bench(data)) {
            for (int i = 0; i < MESSAGES; i++) {
                QueueName queue = queue(random.nextInt(QUEUES));
                byte[] body = new byte[random.nextInt(20) == 0 ? random.nextInt(9000) : random.nextInt(300)];
                random.nextBytes(body);
                String type = random.nextBoolean() ? "type-" + i : null;
                Draft draft = new Draft("application/octet-stream", body, type, "sender-" + i, null, null, 0);
                Key key = random.nextInt(10) == 0 ? Key.of("key-" + i, List.of(draft)) : null;
                bench.publish(queue, key, List.of(draft));
                if (queue.isMailbox()) {
                    Bench.await(bench.store().follow(queue.name(), "topic-" + random.nextInt(QUEUES), -1));
                }
            }
        }
    }

    /** Flips some bits of a file: the first in the part whose turn it is, the others anywhere. Returns where. */
    private String flip(byte[] file, int turn) {
        int first = turn % 10 == 0
                ? random.nextInt(FILE_HEADER)
                : (int) ((turn + random.nextDouble()) * file.length / COPIES);
        int[] places = new int[1 + random.nextInt(MOST_BITS)];
        for (int i = 0; i < places.length; i++) {
            places[i] = i == 0 ? first : random.nextInt(file.length);
            file[places[i]] ^= (byte) (1 << random.nextInt(8));
        }
        return Arrays.toString(places);
    }

    private static Fate fate(Path copy, Contents whole, String which) throws IOException {
        byte[] bytes = Files.readAllBytes(copy.resolve(FILE));
        try (Bench bench = bench(copy)) {
            Store store = opened(bench, copy, which);
            if (store == null) {
                assertArrayEquals(bytes, Files.readAllBytes(copy.resolve(FILE)), which);
                return Fate.REFUSED;
            }
            assertEquals(whole.mailboxes(), mailboxes(bench), which);
            assertEquals(whole.epoch(), store.epoch(), which);
            assertEquals(whole.last(), store.last(), which);
            sweep(store, copy, which);
            Fate fate = Fate.UNHARMED;
            for (Map.Entry<QueueName, List<Seen>> queue : whole.messages().entrySet()) {
                List<Seen> seen = new ArrayList<>();
                boolean failed = !readTo(seen, store, queue.getKey(), copy, which);
                if (!isWhole(queue.getValue(), seen, failed, which + " of " + queue.getKey())) {
                    fate = Fate.INCOMPLETE;
                } else if (failed && fate == Fate.UNHARMED) {
                    fate = Fate.PARTLY_READ;
                }
            }
            return fate;
        }
    }

    /** What was read of a queue is what was published there, in order. Returns whether it has no hole. */
    private static boolean isWhole(List<Seen> published, List<Seen> seen, boolean failed, String which) {
        assertTrue(published.containsAll(seen), () -> which + " serves " + seen);
        List<Long> offsets = seen.stream().map(Seen::offset).toList();
        assertEquals(offsets.stream().distinct().sorted().toList(), offsets, which);
        return seen.equals(failed ? published.subList(0, seen.size()) : published);
    }

    /** Lets the store drop what has expired, which nothing has: a damaged time must not cost a message. */
    private static void sweep(Store store, Path copy, String which) {
        try {
            store.expire().toCompletableFuture().join();
        } catch (CompletionException e) {
            assertNames(copy, assertInstanceOf(StoreException.class, e.getCause(), which), which);
        }
    }

    /** The store, or null when it refuses to open what it finds there. */
    private static Store opened(Bench bench, Path copy, String which) {
        try {
            return bench.store();
        } catch (StoreException e) {
            assertNames(copy, e, which);
            return null;
        }
    }

    private static void assertNames(Path copy, StoreException complaint, String which) {
        assertTrue(complaint.getMessage().contains(copy.resolve(FILE).toString()), () -> which + ": " + complaint);
    }

    private static List<MailboxRecord> mailboxes(Bench bench) {
        return bench.intake.created().stream()
                .sorted(Comparator.comparing(MailboxRecord::name))
                .toList();
    }

    /** Reads the queue as a reader does, page after page; returns false when a page cannot be read. */
    private static boolean readTo(List<Seen> seen, Store store, QueueName queue, Path copy, String which) {
        long after = 0;
        while (after < Long.MAX_VALUE) {
            try {
                Page page = store.read(queue, after, PAGE, Long.MAX_VALUE)
                        .toCompletableFuture()
                        .join();
                assertEquals(0, page.floor(), which);
                page.messages().forEach(message -> seen.add(Seen.of(message)));
                after = page.end();
            } catch (CompletionException e) {
                assertNames(copy, assertInstanceOf(StoreException.class, e.getCause(), which), which);
                return false;
            }
        }
        return true;
    }
}
