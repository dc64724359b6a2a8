// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Key;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.Page;
import dev.perch.mailbox.Publication;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.Refusal;
import dev.perch.mailbox.Store;
import dev.perch.mailbox.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** One store on the bench: its clocks stand still until they are moved, and its limits are small. */
final class Bench implements AutoCloseable {
    static final QueueName ALICE = QueueName.mailbox("alice");
    static final QueueName BOB = QueueName.mailbox("bob");
    static final QueueName CAROL = QueueName.mailbox("carol");
    static final QueueName NEWS = QueueName.topic("news");
    static final QueueName SPORT = QueueName.topic("sport");

    /** Enough for everything there is in these tests. */
    static final int ALL = 100_000;

    static final Duration TTL = Duration.ofHours(1);

    /** How a kind of store is made, empty. */
    interface Maker {
        Store make(Limits limits, Clocks clocks);
    }

    final RecordingIntake intake = new RecordingIntake();
    int mailboxMessages = 5;
    long mailboxBytes = 1000;
    int topicMessages = 4;
    long topicBytes = 1000;
    long storeMessages = 1000;
    long storeBytes = 1_000_000;
    int mailboxes = 10;
    int topicsPerMailbox = 3;

    private final Maker maker;
    private final AtomicLong wallMillis =
            new AtomicLong(Instant.parse("2025-01-01T00:00:00Z").toEpochMilli());
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
    private Store store;

    Bench(Maker maker) {
        this.maker = maker;
    }

    /** The store, opened at the first call with the limits as they are then. */
    Store store() {
        if (store == null) {
            Limits limits = new Limits(
                    mailboxMessages,
                    mailboxBytes,
                    topicMessages,
                    topicBytes,
                    storeMessages,
                    storeBytes,
                    mailboxes,
                    topicsPerMailbox,
                    2,
                    TTL,
                    Duration.ofMinutes(10),
                    Duration.ofHours(1));
            store = opened(maker.make(limits, new Clocks(() -> Instant.ofEpochMilli(wallMillis.get()), nanos::get)));
        }
        return store;
    }

    private Store opened(Store made) {
        try {
            made.open(intake);
            return made;
        } catch (StoreException e) {
            made.close();
            throw e;
        }
    }

    /** Closes the store; the next call to {@link #store} makes one again, which is the same if it lasts. */
    void restart() {
        store.close();
        store = null;
    }

    @Override
    public void close() {
        if (store != null) {
            store.close();
        }
        assertEquals(List.of(), intake.faults());
    }

    /** Both clocks go on. */
    void pass(Duration duration) {
        jump(duration);
        nanos.addAndGet(duration.toNanos());
    }

    /** The wall clock is set forward or back; no time passes. */
    void jump(Duration duration) {
        wallMillis.addAndGet(duration.toMillis());
    }

    /** The steady clock alone goes on. */
    void passUnnoticed(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }

    long millis() {
        return wallMillis.get();
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the stage did not complete", e);
        }
    }

    static Draft draft(String text) {
        return Draft.text(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A draft with a time-to-live of its own. */
    static Draft draft(String text, Duration ttl) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        return new Draft("text/plain;charset=utf-8", body, null, null, null, null, ttl.toSeconds());
    }

    static List<Draft> drafts(String... texts) {
        return Arrays.stream(texts).map(Bench::draft).toList();
    }

    Publication publish(QueueName queue, Key key, List<Draft> drafts) {
        return await(store().append(queue, drafts, key));
    }

    /** Appends what must be taken. */
    Receipt append(QueueName queue, String... texts) {
        return assertInstanceOf(Receipt.class, publish(queue, null, drafts(texts)));
    }

    /** Appends one that must be taken and has a time-to-live of its own. */
    Receipt append(QueueName queue, String text, Duration ttl) {
        return assertInstanceOf(Receipt.class, publish(queue, null, List.of(draft(text, ttl))));
    }

    /** Appends what must not be taken, and checks that nothing has changed by it. */
    void assertRefused(Refusal refusal, QueueName queue, String... texts) {
        long last = store().last();
        List<String> told = intake.told();
        Store.Totals totals = store().totals();
        Store.Size size = store().size(queue);
        assertEquals(refusal, publish(queue, null, drafts(texts)));
        assertEquals(last, store().last(), "no offset is given out");
        assertEquals(told, intake.told(), "nothing is told");
        assertEquals(totals, store().totals(), "nothing is stored or dropped");
        assertEquals(size, store().size(queue), "the queue is as it was");
    }

    Page page(QueueName queue, long after, int limit, long bytes) {
        return await(store().read(queue, after, limit, bytes));
    }

    /** The offsets of all that may be read in the queue. */
    List<Long> offsets(QueueName queue) {
        return offsets(page(queue, 0, ALL, ALL));
    }

    static List<Long> offsets(Page page) {
        return page.messages().stream().map(Message::offset).toList();
    }

    static List<String> texts(Page page) {
        return page.messages().stream().map(Bench::text).toList();
    }

    static String text(Message message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }

    long floor(QueueName queue) {
        return store().size(queue).floor();
    }

    void expire() {
        await(store().expire());
    }

    void trim(QueueName queue, long upTo) {
        await(store().trim(queue, upTo));
    }

    void remove(QueueName queue) {
        await(store().remove(queue));
    }

    /** That the counts of the store are what its queues hold together, by their own counts and by reading. */
    void assertTotals(QueueName... queues) {
        long messages = 0;
        long bytes = 0;
        for (QueueName queue : queues) {
            Store.Size size = store().size(queue);
            List<Message> kept = page(queue, 0, ALL, ALL).messages();
            assertEquals(kept.size(), size.messages(), "messages in " + queue);
            assertEquals(kept.stream().mapToLong(Message::bytes).sum(), size.bytes(), "bytes in " + queue);
            messages += size.messages();
            bytes += size.bytes();
        }
        assertEquals(messages, store().totals().messages(), "messages in the store");
        assertEquals(bytes, store().totals().bytes(), "bytes in the store");
        assertEquals(bytes + messages * Message.OVERHEAD, store().totals().memory(), "memory of the store");
    }
}
