// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Key;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.MailboxRecord;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.Page;
import dev.perch.mailbox.Publication;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.Refusal;
import dev.perch.mailbox.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;

/**
 * Keeps messages in memory; they are gone when the process ends. Every change is one short step under one lock, on the
 * thread of whoever asked; reads take only the lock of their queue. Its stages are always complete.
 */
public final class MemoryStore implements Store {
    private final Limits limits;
    private final Clocks clocks;
    private final String epoch;
    private final Map<QueueName, MemoryQueue> queues = new ConcurrentHashMap<>();
    private final Ledger ledger;
    private final Keys keys;
    private final Space space;
    /** The floors of queues that are not there. Raised before a queue goes, so that no lock is needed to look. */
    private final Map<QueueName.Kind, Long> removedFloors = new ConcurrentHashMap<>();

    // Guarded by this, as every change is.
    private int mailboxes;
    /** The topics that mailboxes follow; most follow none. */
    private final Map<QueueName, Set<String>> follows = new HashMap<>();

    private Intake intake;
    private volatile long last;

    /**
     * An empty store.
     *
     * @param epoch its incarnation, letters and digits, another one at each start
     */
    public MemoryStore(Limits limits, Clocks clocks, String epoch) {
        this.limits = limits;
        this.clocks = clocks;
        this.epoch = epoch;
        this.ledger = new Ledger(limits);
        this.keys = new Keys(clocks);
        this.space = new Space(limits, clocks, new Shelved(), ledger, keys);
    }

    @Override
    public synchronized void open(Intake domain) {
        intake = domain;
    }

    @Override
    public String epoch() {
        return epoch;
    }

    @Override
    public long last() {
        return last;
    }

    @Override
    public CompletionStage<Publication> append(QueueName queue, List<Draft> drafts, Key key) {
        List<Message> messages = new ArrayList<>(drafts.size());
        Publication publication = take(queue, drafts, key, messages);
        if (publication instanceof Receipt receipt && !messages.isEmpty()) {
            receipt.woken(intake.wake(messages));
        }
        return completedFuture(publication);
    }

    private synchronized Publication take(QueueName queue, List<Draft> drafts, Key key, List<Message> messages) {
        if (key != null) {
            Publication first = keys.find(queue, key);
            if (first != null) {
                return first;
            }
        }
        MemoryQueue known = queues.get(queue);
        boolean isNew = queue.isMailbox() && known == null;
        if (isNew && mailboxes >= limits.mailboxes()) {
            return Refusal.TOO_MANY_MAILBOXES;
        }
        Refusal refusal = space.make(queue, drafts, intake);
        if (refusal != null) {
            return refusal;
        }
        if (isNew) {
            make(queue);
        }
        store(known == null ? queues.computeIfAbsent(queue, this::empty) : known, drafts, messages);
        Receipt receipt = new Receipt(new Cursor(epoch, last, false), drafts.size());
        if (key != null) {
            keys.put(queue, key, receipt);
        }
        intake.stored(messages);
        return receipt;
    }

    private void store(MemoryQueue queue, List<Draft> drafts, List<Message> messages) {
        long time = clocks.millis();
        for (Draft draft : drafts) {
            long ttl = draft.ttlSeconds() > 0
                    ? draft.ttlSeconds() * 1000
                    : limits.ttl().toMillis();
            Message message =
                    new Message(queue.name(), epoch, last + 1, time, time + ttl, draft, ledger.encodedBytes());
            queue.add(message);
            messages.add(message);
            last = message.offset();
        }
    }

    private MemoryQueue empty(QueueName name) {
        return new MemoryQueue(name, removedFloor(name), ledger);
    }

    private long removedFloor(QueueName name) {
        return removedFloors.getOrDefault(name.kind(), 0L);
    }

    /** Whether the mailbox is there, or now is. */
    private boolean make(QueueName mailbox) {
        if (queues.containsKey(mailbox)) {
            return true;
        }
        if (mailboxes >= limits.mailboxes()) {
            return false;
        }
        mailboxes++;
        // Made now, so that its floor is not raised by others that go before the first message comes.
        queues.put(mailbox, empty(mailbox));
        intake.created(MailboxRecord.created(mailbox, last));
        return true;
    }

    @Override
    public CompletionStage<Page> read(QueueName queue, long after, int limit, long bytes) {
        MemoryQueue found = queues.get(queue);
        return completedFuture(
                found == null
                        ? new Page(List.of(), Long.MAX_VALUE, size(queue).floor())
                        : found.read(after, limit, bytes, clocks.millis()));
    }

    @Override
    public synchronized CompletionStage<Refusal> create(String mailbox) {
        return completedFuture(make(QueueName.mailbox(mailbox)) ? null : Refusal.TOO_MANY_MAILBOXES);
    }

    @Override
    public synchronized CompletionStage<Refusal> follow(String mailbox, String topic, long since) {
        QueueName name = QueueName.mailbox(mailbox);
        if (!make(name)) {
            return completedFuture(Refusal.TOO_MANY_MAILBOXES);
        }
        Set<String> before = follows.getOrDefault(name, Set.of());
        if (!before.contains(topic)) {
            if (before.size() >= limits.topicsPerMailbox()) {
                return completedFuture(Refusal.TOO_MANY_TOPICS);
            }
            follows.computeIfAbsent(name, none -> new HashSet<>()).add(topic);
            intake.followed(mailbox, topic, since < 0 ? last : since);
        }
        return completedFuture(null);
    }

    @Override
    public synchronized CompletionStage<Void> leave(String mailbox, String topic) {
        Set<String> before = follows.getOrDefault(QueueName.mailbox(mailbox), Set.of());
        if (before.contains(topic)) {
            before.remove(topic);
            intake.left(mailbox, topic);
        }
        return completedFuture(null);
    }

    @Override
    public synchronized CompletionStage<Void> remove(QueueName queue) {
        if (queues.containsKey(queue)) {
            drop(queue);
        }
        return completedFuture(null);
    }

    @Override
    public synchronized CompletionStage<Void> removeIdle(QueueName queue) {
        MemoryQueue found = queues.get(queue);
        if ((found == null || found.count() == 0) && intake.idle(queue)) {
            drop(queue);
        }
        return completedFuture(null);
    }

    /** A mailbox takes its follows along, so whoever was at any earlier place in it has missed something. */
    private void drop(QueueName queue) {
        MemoryQueue gone = queues.getOrDefault(queue, new MemoryQueue(queue, 0, ledger));
        removedFloors.merge(queue.kind(), queue.isMailbox() ? last : gone.last(), Math::max);
        queues.remove(queue);
        if (queue.isMailbox()) {
            mailboxes--;
            follows.remove(queue);
        }
        gone.dropUpTo(Long.MAX_VALUE, clocks.millis());
        keys.forget(queue);
        intake.removed(queue);
    }

    @Override
    public CompletionStage<Void> save(List<Positions> positions) {
        return completedFuture(null);
    }

    @Override
    public synchronized CompletionStage<Void> trim(QueueName queue, long upTo) {
        MemoryQueue found = queues.get(queue);
        if (found != null) {
            found.dropUpTo(upTo, clocks.millis());
        }
        return completedFuture(null);
    }

    @Override
    public CompletionStage<Void> expire() {
        long now = clocks.millis();
        for (MemoryQueue queue : queues.values()) {
            synchronized (this) {
                queue.dropExpired(now);
            }
        }
        synchronized (this) {
            keys.expire();
        }
        return completedFuture(null);
    }

    @Override
    public Size size(QueueName queue) {
        MemoryQueue found = queues.get(queue);
        return found == null
                ? new Size(0, 0, removedFloor(queue))
                : new Size(found.count(), found.bytes(), found.floor());
    }

    @Override
    public Totals totals() {
        return ledger.totals();
    }

    @Override
    public void close() {
        queues.clear();
    }

    /** The queues as the rules of space see them. */
    private final class Shelved implements Shelves {
        @Override
        public Shelf shelf(QueueName name) {
            MemoryQueue found = queues.get(name);
            return found == null ? Shelf.EMPTY : found;
        }

        @Override
        public void dropExpired(long millis) {
            queues.values().forEach(queue -> queue.dropExpired(millis));
        }

        @Override
        public void forEachInMailboxes(ToLongFunction<QueueName> upTo, BiConsumer<QueueName, Slip> action) {
            queues.forEach((name, queue) -> {
                if (name.isMailbox()) {
                    queue.forEachUpTo(upTo.applyAsLong(name), slip -> action.accept(name, slip));
                }
            });
        }
    }
}
