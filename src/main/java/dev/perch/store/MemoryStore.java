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
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

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

    // Guarded by this, as every change is.
    private final Map<String, Set<String>> mailboxes = new HashMap<>();
    private final Map<QueueName.Kind, Long> removedFloors = new EnumMap<>(QueueName.Kind.class);
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
        Refusal refusal = makeRoom(queue, drafts);
        if (refusal != null) {
            return refusal;
        }
        if (queue.isMailbox()) {
            make(queue.name());
        }
        store(queue, drafts, messages);
        Receipt receipt = new Receipt(new Cursor(epoch, last, false), drafts.size());
        if (key != null) {
            keys.put(queue, key, receipt);
        }
        intake.stored(messages);
        return receipt;
    }

    private void store(QueueName name, List<Draft> drafts, List<Message> messages) {
        MemoryQueue queue = queues.computeIfAbsent(name, this::empty);
        long time = clocks.millis();
        for (Draft draft : drafts) {
            long ttl = draft.ttlSeconds() > 0
                    ? draft.ttlSeconds() * 1000
                    : limits.ttl().toMillis();
            Message message = new Message(name, epoch, last + 1, time, time + ttl, draft, ledger.encodedBytes());
            queue.add(message);
            ledger.add(message);
            messages.add(message);
            last = message.offset();
        }
    }

    /** Lets as many messages go as the drafts need; nothing is dropped for drafts that are refused. */
    private Refusal makeRoom(QueueName name, List<Draft> drafts) {
        int more = drafts.size();
        long bytes = drafts.stream().mapToLong(Draft::bytes).sum();
        if (more > limits.messages(name) || bytes > limits.bytes(name)) {
            return Refusal.NEVER_FITS;
        }
        if (name.isMailbox() && !mailboxes.containsKey(name.name()) && mailboxes.size() >= limits.mailboxes()) {
            return Refusal.TOO_MANY_MAILBOXES;
        }
        long now = clocks.millis();
        MemoryQueue queue = queues.getOrDefault(name, new MemoryQueue(0));
        MemoryQueue.Room queueRoom =
                (count, kept) -> count + more <= limits.messages(name) && kept + bytes <= limits.bytes(name);
        MemoryQueue.Room room = (count, kept) -> queueRoom.suffices(count, kept)
                && ledger.fits(more + count - queue.count(), bytes + kept - queue.bytes(), keys.bytes());
        long droppable = intake.droppable(name);
        if (queue.surplus(droppable, queueRoom) < 0) {
            dropped(queue.dropExpired(now));
            if (queue.surplus(droppable, queueRoom) < 0) {
                return Refusal.MAILBOX_FULL;
            }
        }
        int surplus = queue.surplus(droppable, room);
        if (surplus < 0) {
            relieve(now);
            surplus = queue.surplus(droppable, room);
        }
        if (surplus < 0) {
            return Refusal.STORE_FULL;
        }
        dropped(queue.dropOldest(surplus));
        return null;
    }

    /** The store is full: what is expired goes, then what was acknowledged, then the oldest that was handed out. */
    private void relieve(long now) {
        if (!ledger.mayRelieve(clocks.nanoTime())) {
            return;
        }
        keys.expire();
        queues.forEach((name, queue) -> dropped(queue.dropExpired(now)));
        queues.forEach((name, queue) -> {
            if (name.isMailbox()) {
                dropped(queue.dropUpTo(intake.acked(name)));
            }
        });
        if (ledger.isRelieved(keys.bytes())) {
            return;
        }
        List<Message> handed = new ArrayList<>();
        queues.forEach((name, queue) -> {
            if (name.isMailbox()) {
                long upTo = intake.droppable(name);
                queue.messages().stream()
                        .filter(message -> message.offset() <= upTo)
                        .forEach(handed::add);
            }
        });
        handed.sort((a, b) -> Long.compare(a.offset(), b.offset()));
        for (Message message : handed) {
            if (ledger.isRelieved(keys.bytes())) {
                return;
            }
            dropped(queues.get(message.queue()).dropUpTo(message.offset()));
        }
    }

    private void dropped(List<Message> messages) {
        messages.forEach(ledger::remove);
    }

    private MemoryQueue empty(QueueName name) {
        return new MemoryQueue(removedFloors.getOrDefault(name.kind(), 0L));
    }

    private boolean make(String mailbox) {
        if (mailboxes.containsKey(mailbox)) {
            return true;
        }
        if (mailboxes.size() >= limits.mailboxes()) {
            return false;
        }
        mailboxes.put(mailbox, Set.of());
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
        return completedFuture(make(mailbox) ? null : Refusal.TOO_MANY_MAILBOXES);
    }

    @Override
    public synchronized CompletionStage<Refusal> follow(String mailbox, String topic, long since) {
        if (!make(mailbox)) {
            return completedFuture(Refusal.TOO_MANY_MAILBOXES);
        }
        Set<String> follows = mailboxes.get(mailbox);
        if (!follows.contains(topic)) {
            if (follows.size() >= limits.topicsPerMailbox()) {
                return completedFuture(Refusal.TOO_MANY_TOPICS);
            }
            Set<String> more = new HashSet<>(follows);
            more.add(topic);
            mailboxes.put(mailbox, more);
            intake.followed(mailbox, topic, since < 0 ? last : since);
        }
        return completedFuture(null);
    }

    @Override
    public synchronized CompletionStage<Void> leave(String mailbox, String topic) {
        Set<String> follows = mailboxes.get(mailbox);
        if (follows != null && follows.remove(topic)) {
            intake.left(mailbox, topic);
        }
        return completedFuture(null);
    }

    @Override
    public synchronized CompletionStage<Void> remove(QueueName queue) {
        if (queue.isMailbox() ? mailboxes.containsKey(queue.name()) : queues.containsKey(queue)) {
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
        MemoryQueue gone = queues.remove(queue);
        if (gone != null) {
            removedFloors.merge(queue.kind(), gone.last(), Math::max);
            dropped(gone.messages());
        }
        if (queue.isMailbox()) {
            removedFloors.put(queue.kind(), last);
            mailboxes.remove(queue.name());
        }
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
            dropped(found.dropUpTo(upTo));
        }
        return completedFuture(null);
    }

    @Override
    public CompletionStage<Void> expire() {
        long now = clocks.millis();
        for (MemoryQueue queue : queues.values()) {
            synchronized (this) {
                dropped(queue.dropExpired(now));
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
        if (found == null) {
            synchronized (this) {
                return new Size(0, 0, removedFloors.getOrDefault(queue.kind(), 0L));
            }
        }
        return new Size(found.count(), found.bytes(), found.floor());
    }

    @Override
    public Totals totals() {
        return ledger.totals();
    }

    @Override
    public void close() {
        queues.clear();
    }
}
