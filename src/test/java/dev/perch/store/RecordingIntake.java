// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.MailboxRecord;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;

/** A domain that writes down what a store tells it, and notices when the store breaks its word. */
final class RecordingIntake implements Store.Intake {
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final List<Message> stored = new ArrayList<>();
    private final List<MailboxRecord> created = new CopyOnWriteArrayList<>();
    private final List<List<Message>> woken = new CopyOnWriteArrayList<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final Map<QueueName, Long> handed = new ConcurrentHashMap<>();
    private final Map<QueueName, Long> acked = new ConcurrentHashMap<>();
    private final Set<QueueName> unused = ConcurrentHashMap.newKeySet();
    private final Set<QueueName> retired = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Thread> teller = new AtomicReference<>();
    private volatile ToIntFunction<List<Message>> waking = messages -> 0;

    /** Readers of the mailbox have been given everything up to the offset. */
    void hand(QueueName mailbox, long offset) {
        handed.put(mailbox, offset);
    }

    /** Readers of the mailbox have everything up to the offset. */
    void acknowledge(QueueName mailbox, long offset) {
        hand(mailbox, offset);
        acked.put(mailbox, offset);
    }

    /** Nobody uses the queue any more. */
    void disuse(QueueName queue) {
        unused.add(queue);
    }

    /** What happens when the store wakes for messages. */
    void onWake(ToIntFunction<List<Message>> action) {
        waking = action;
    }

    /** All changes in the order in which they were told, as words. */
    List<String> told() {
        return List.copyOf(told);
    }

    List<MailboxRecord> created() {
        return List.copyOf(created);
    }

    List<List<Message>> woken() {
        return List.copyOf(woken);
    }

    List<Message> stored() {
        synchronized (stored) {
            return List.copyOf(stored);
        }
    }

    /** Where the store broke its word. */
    List<String> faults() {
        List<String> all = new ArrayList<>(faults);
        retired.forEach(queue -> all.add("idle but not removed: " + queue));
        return all;
    }

    /** One change; another at the same time is a fault. */
    private void change(String words, Runnable action) {
        if (!teller.compareAndSet(null, Thread.currentThread())) {
            faults.add("two calls at a time: " + words);
        }
        action.run();
        told.add(words);
        teller.set(null);
    }

    @Override
    public void created(MailboxRecord mailbox) {
        change("created " + mailbox.name(), () -> created.add(mailbox));
    }

    @Override
    public void found(QueueName queue, long last) {
        change("found " + queue + " " + last, () -> {});
    }

    @Override
    public void stored(List<Message> messages) {
        for (Message message : messages) {
            change("stored " + message.queue() + " " + message.offset(), () -> {
                synchronized (stored) {
                    stored.add(message);
                }
            });
        }
    }

    @Override
    public int wake(List<Message> messages) {
        if (!stored().containsAll(messages)) {
            faults.add("woken before stored: " + messages);
        }
        woken.add(List.copyOf(messages));
        return waking.applyAsInt(messages);
    }

    @Override
    public void followed(String mailbox, String topic, long since) {
        change("followed " + mailbox + " " + topic + " " + since, () -> {});
    }

    @Override
    public void left(String mailbox, String topic) {
        change("left " + mailbox + " " + topic, () -> {});
    }

    @Override
    public void removed(QueueName queue) {
        change("removed " + queue, () -> {
            retired.remove(queue);
            handed.remove(queue);
            acked.remove(queue);
        });
    }

    @Override
    public long droppable(QueueName queue) {
        return queue.isMailbox()
                ? Math.max(handed.getOrDefault(queue, 0L), acked.getOrDefault(queue, 0L))
                : Long.MAX_VALUE;
    }

    @Override
    public long acked(QueueName mailbox) {
        if (!mailbox.isMailbox()) {
            faults.add("asked for the acknowledgements of " + mailbox);
        }
        return acked.getOrDefault(mailbox, 0L);
    }

    @Override
    public boolean idle(QueueName queue) {
        if (unused.contains(queue)) {
            retired.add(queue);
            return true;
        }
        return false;
    }
}
