// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.lang.System.Logger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * All mailboxes and topics, as the store has told of them. This is the only place that changes in the store arrive, in
 * their order; everything else in the domain reads from here.
 */
final class Registry implements Store.Intake {
    private static final Logger LOG = System.getLogger(Registry.class.getName());
    /** So many woken reads are one task: enough to share the cost of a hand-over, few enough to use all processors. */
    private static final int SHARE = 32;

    /** So few reads answer on the publisher's thread: to hand them over would cost more than to answer them. */
    private static final int AT_ONCE = 4;

    private final Store store;
    private final Clocks clocks;
    private final Executor executor;
    private final long idleMailboxNanos;
    private final PresenceTopic presence;
    private final Map<String, Mailbox> mailboxes = new ConcurrentHashMap<>();
    private final Map<String, Topic> topics = new ConcurrentHashMap<>();
    private final Topic broadcast;
    private final List<Topic> broadcastAlone;
    private volatile long horizon;

    Registry(Store store, Clocks clocks, Executor executor, Duration idleMailbox, PresenceTopic presence) {
        this.store = store;
        this.clocks = clocks;
        this.executor = executor;
        this.idleMailboxNanos = idleMailbox.toNanos();
        this.presence = presence;
        this.broadcast = topic(QueueName.BROADCAST.name());
        this.broadcastAlone = List.of(broadcast);
        store.open(this);
        horizon = store.last();
    }

    /** Up to this offset every message is in its queue; beyond it some may be there and an earlier one not yet. */
    long horizon() {
        return horizon;
    }

    /** The mailbox, or null. */
    Mailbox mailbox(String name) {
        return mailboxes.get(name);
    }

    Collection<Mailbox> mailboxes() {
        return mailboxes.values();
    }

    /** The topic if somebody has published on it, follows it or watches it, else null. */
    Topic known(String name) {
        return topics.get(name);
    }

    Topic broadcast() {
        return broadcast;
    }

    /** The topics on which most reads are parked: one list for all of them. */
    List<Topic> broadcastAlone() {
        return broadcastAlone;
    }

    /** The topic, which stays at least until it is released as often as it was held. */
    Topic hold(String name) {
        return topics.compute(name, (key, topic) -> (topic == null ? make(key) : topic).hold());
    }

    /** The topics that the read asks for by itself, each held once; most reads have none. */
    List<Topic> hold(Reading reading) {
        boolean own = !reading.queue().isMailbox();
        if (!own && reading.topics().isEmpty()) {
            return List.of();
        }
        Stream<String> first = own ? Stream.of(reading.queue().name()) : Stream.empty();
        return Stream.concat(first, reading.topics().stream()).map(this::hold).toList();
    }

    void release(Topic topic) {
        topics.computeIfPresent(topic.name(), (key, same) -> {
            topic.release();
            return same;
        });
    }

    private Topic topic(String name) {
        return topics.computeIfAbsent(name, this::make);
    }

    private Topic make(String name) {
        return new Topic(queue(QueueName.topic(name)));
    }

    /** A queue that begins at its floor: a reader that stands below must look, to be told of the gap. */
    private Queue queue(QueueName name) {
        return new Queue(name, store.size(name).floor());
    }

    @Override
    public void created(MailboxRecord mailbox) {
        Queue queue = queue(mailbox.queue());
        Presence offline = new Presence(mailbox.name(), presence);
        mailboxes.put(mailbox.name(), new Mailbox(queue, mailbox, offline, clocks.nanoTime()));
        mailbox.follows().keySet().forEach(topic -> follower(topic, mailbox.name()));
    }

    @Override
    public void found(QueueName queue, long last) {
        queueOf(queue).extend(last);
    }

    @Override
    public void stored(List<Message> messages) {
        for (Message message : messages) {
            queueOf(message.queue()).extend(message.offset());
            horizon = message.offset();
        }
    }

    private Queue queueOf(QueueName name) {
        return name.isMailbox()
                ? mailboxes.get(name.name()).queue()
                : topic(name.name()).queue();
    }

    @Override
    public int wake(List<Message> messages) {
        List<Reader> woken = new ArrayList<>();
        for (Message message : messages) {
            for (Reader reader : parked(message.queue())) {
                if (reader.isFor(message) && reader.waiter().wake()) {
                    woken.add(reader);
                }
            }
        }
        if (woken.size() <= AT_ONCE) {
            woken.forEach(this::look);
        } else {
            run(woken, this::look);
        }
        return woken.size();
    }

    /** Has a read look for messages. */
    void look(Reader reader) {
        goOn(reader, () -> true);
    }

    /** Has a read take what the store has brought in the meantime, and look again if that returns true. */
    void resume(Reader reader, BooleanSupplier take) {
        executor.execute(() -> goOn(reader, take));
    }

    /** One read that fails must not take others along, nor the publisher; and nobody waits for it for nothing. */
    private void goOn(Reader reader, BooleanSupplier again) {
        try {
            if (again.getAsBoolean()) {
                reader.look();
            }
        } catch (RuntimeException | Error e) {
            LOG.log(Logger.Level.ERROR, "a read failed", e);
            executor.execute(() -> reader.broke(e));
        }
    }

    /** Lets every read that is parked on the mailbox look again. */
    void wake(Mailbox mailbox) {
        run(mailbox.parked().stream().filter(reader -> reader.waiter().wake()).toList(), this::look);
    }

    private List<Reader> parked(QueueName queue) {
        if (queue.isMailbox()) {
            Mailbox mailbox = mailboxes.get(queue.name());
            return mailbox == null ? List.of() : mailbox.parked();
        }
        Topic topic = topics.get(queue.name());
        return topic == null ? List.of() : topic.parked();
    }

    private <T> void run(List<T> waiting, Consumer<T> task) {
        Shares.run(waiting, SHARE, executor, task);
    }

    @Override
    public void followed(String mailbox, String topic, long since) {
        Mailbox follower = mailboxes.get(mailbox);
        follower(topic, mailbox);
        follower.follow(topic, since);
        executor.execute(() -> wake(follower));
    }

    private void follower(String topic, String mailbox) {
        topics.compute(topic, (name, known) -> {
            Topic followed = known == null ? make(name) : known;
            followed.followers().add(mailbox);
            return followed;
        });
    }

    @Override
    public void left(String mailbox, String topic) {
        Mailbox follower = mailboxes.get(mailbox);
        follower.leave(topic);
        unfollow(topic, mailbox);
        executor.execute(() -> wake(follower));
    }

    private void unfollow(String topic, String mailbox) {
        topics.computeIfPresent(topic, (name, known) -> {
            known.followers().remove(mailbox);
            return known;
        });
    }

    @Override
    public void removed(QueueName queue) {
        if (queue.isMailbox()) {
            Mailbox mailbox = mailboxes.remove(queue.name());
            mailbox.follows().keySet().forEach(topic -> unfollow(topic, queue.name()));
            run(mailbox.remove(), reader -> reader.end(End.DELETED));
            run(mailbox.expected(), publisher -> publisher.by().end(End.DELETED));
            mailbox.presence().remove();
        } else {
            Topic topic = topics.get(queue.name());
            if (topic == null) {
                return;
            }
            run(topic.parked().stream().filter(reader -> reader.watches(topic)).toList(), r -> r.end(End.DELETED));
        }
    }

    @Override
    public long droppable(QueueName queue) {
        if (!queue.isMailbox()) {
            return Long.MAX_VALUE;
        }
        Mailbox mailbox = mailboxes.get(queue.name());
        return mailbox == null ? 0 : mailbox.handed();
    }

    @Override
    public long acked(QueueName queue) {
        Mailbox mailbox = mailboxes.get(queue.name());
        return mailbox == null ? 0 : mailbox.acked();
    }

    @Override
    public boolean idle(QueueName queue) {
        if (queue.isMailbox()) {
            Mailbox mailbox = mailboxes.get(queue.name());
            return mailbox != null && mailbox.retire(clocks.nanoTime() - idleMailboxNanos);
        }
        return topics.computeIfPresent(queue.name(), (name, topic) -> topic.unused() ? null : topic) == null;
    }

    /** Whether nothing is there for the mailbox that it has not handed out. */
    boolean isReadOut(Mailbox mailbox) {
        return !Scope.of(mailbox, List.of(), 0, this).reaches(mailbox.handed());
    }

    /** The offset up to which all was handed out of a mailbox; that of the cursor where there is no such mailbox. */
    long handed(QueueName queue, Cursor otherwise) {
        Mailbox mailbox = queue.isMailbox() ? mailboxes.get(queue.name()) : null;
        return mailbox == null ? otherwise.offset() : mailbox.handed();
    }

    Collection<Topic> topics() {
        return topics.values();
    }
}
