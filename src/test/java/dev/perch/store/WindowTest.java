// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static dev.perch.store.Bench.ALICE;
import static dev.perch.store.Bench.BOB;
import static dev.perch.store.Bench.CAROL;
import static dev.perch.store.Bench.NEWS;
import static dev.perch.store.Bench.SPORT;
import static dev.perch.store.Bench.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Key;
import dev.perch.mailbox.Page;
import dev.perch.mailbox.Publication;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is in memory and whatever must be read from the file, the answers are those of the store in memory. */
final class WindowTest {
    private static final QueueName[] QUEUES = {ALICE, BOB, CAROL, NEWS, SPORT};
    private static final int STEPS = 1500;

    @TempDir
    Path parent;

    @ParameterizedTest
    @ValueSource(longs = {0, 1500, 1 << 20})
    void theSameCallsHaveTheSameAnswers(long cache) {
        long seed = new Random().nextLong();
        Bench expected = new Bench((limits, clocks) -> new MemoryStore(limits, clocks, "m1"));
        Bench actual = new Bench(
                (limits, clocks) -> new SqliteStore(parent.resolve("data"), cache, limits, clocks, Runnable::run));
        expected.storeMessages = 14;
        actual.storeMessages = 14;
        try (expected;
                actual) {
            Random first = new Random(seed);
            Random second = new Random(seed);
            for (int i = 0; i < STEPS; i++) {
                String where = "seed " + seed + ", step " + i;
                assertEquals(step(expected, first), step(actual, second), where);
                for (QueueName queue : QUEUES) {
                    assertEquals(expected.store().size(queue), actual.store().size(queue), where + ", " + queue);
                }
                assertEquals(expected.store().totals(), actual.store().totals(), where);
            }
            assertEquals(expected.intake.told(), actual.intake.told(), "seed " + seed);
        }
    }

    /** One call chosen at random, and what came of it. */
    private static String step(Bench bench, Random random) {
        QueueName queue = QUEUES[random.nextInt(QUEUES.length)];
        long offset = random.nextLong(bench.store().last() + 1);
        switch (random.nextInt(12)) {
            case 0 -> bench.intake.hand(queue, offset);
            case 1 -> bench.intake.acknowledge(queue, offset);
            case 2 -> bench.trim(queue, offset);
            case 3 -> bench.pass(Duration.ofSeconds(random.nextInt(10)));
            case 4 -> bench.expire();
            case 5 -> {
                if (random.nextInt(5) == 0) {
                    bench.remove(queue);
                }
            }
            case 6 -> await(bench.store().follow("alice", "news", offset));
            case 7 -> await(bench.store().removeIdle(queue));
            case 8, 9 -> {
                return words(bench.publish(queue, key(random), drafts(random)));
            }
            default -> {
                return words(bench.page(queue, offset, 1 + random.nextInt(5), random.nextInt(600)));
            }
        }
        return "";
    }

    private static List<Draft> drafts(Random random) {
        return IntStream.range(0, 1 + random.nextInt(3))
                .mapToObj(i -> {
                    Duration ttl = Duration.ofSeconds(random.nextInt(3) == 0 ? 1 + random.nextInt(30) : 0);
                    return Bench.draft("x".repeat(random.nextInt(300)), ttl);
                })
                .toList();
    }

    private static Key key(Random random) {
        int number = random.nextInt(20);
        return number < 5 ? new Key("k" + number, "the same") : null;
    }

    private static String words(Publication publication) {
        return publication instanceof Receipt receipt
                ? receipt.id().offset() + " " + receipt.count()
                : publication.toString();
    }

    private static String words(Page page) {
        return Bench.offsets(page) + " " + Bench.texts(page) + " " + page.end() + " " + page.floor();
    }
}
