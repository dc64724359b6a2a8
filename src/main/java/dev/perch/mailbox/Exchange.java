// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The way in: publish, read, follow, remove. Any thread may call any method; none of them blocks. The stages that are
 * returned fail with {@link StoreException} only.
 */
public final class Exchange {
    private final Store store;
    private final Survey survey;
    private final Limits limits;
    private final Clocks clocks;
    private final Wheel wheel;
    private final Executor executor;
    private final ToldTopics told;
    private final Asks asks;
    private final Registry registry;
    private final Sweep sweep;

    /**
     * Opens the store.
     *
     * @param store which keeps the messages; the caller closes it
     * @param limits the same that the store has
     * @param settings how it is told who is online
     * @param wheel where parked reads leave their deadlines
     * @param executor runs woken reads; must take a task without blocking
     */
    public Exchange(
            Store store, Limits limits, Presence.Settings settings, Clocks clocks, Wheel wheel, Executor executor) {
        this.store = store;
        this.survey = new Survey(store);
        this.limits = limits;
        this.clocks = clocks;
        this.wheel = wheel;
        this.executor = executor;
        this.told = new ToldTopics(settings.told());
        PresenceTopic presence = new PresenceTopic(store, limits, settings, clocks, wheel, executor);
        this.asks = new Asks(wheel, executor);
        this.registry = new Registry(store, clocks, executor, limits.idleMailbox(), presence);
        this.sweep = new Sweep(store, registry, limits, clocks);
    }

    /**
     * Stores the drafts, all or none, and wakes those who wait for them. The stage completes when the store has them.
     *
     * @param key an idempotency key, or null
     */
    public CompletionStage<Publication> publish(QueueName queue, List<Draft> drafts, Key key) {
        return store.append(queue, drafts, key);
    }

    /**
     * Waits until a reader of the mailbox has proved to have what lies up to that place; a mailbox that is not there
     * counts as removed.
     *
     * @param waitNanos for so long at most
     */
    public Expectation<Long> acknowledged(String mailbox, Cursor place, long waitNanos) {
        Expectation<Long> expectation = new Expectation<>(wheel, executor);
        Mailbox known = registry.mailbox(mailbox);
        if (known == null) {
            expectation.end(End.DELETED);
        } else {
            known.expect(place.offset(), expectation);
            expectation.within(waitNanos);
        }
        return expectation;
    }

    /** Opens an ask, which waits without a deadline until it is given one. Its id is for the message that asks. */
    public Ask ask() {
        return asks.open();
    }

    /** Answers the ask; false when nobody waits for that, or no longer. */
    public boolean reply(String id, Draft reply) {
        return asks.reply(id, reply);
    }

    /** Why the queue cannot be read, or null. */
    public Refusal unreadable(QueueName queue) {
        return told.unreadable(queue);
    }

    /** Lets the topic {@link QueueName#STATS} be read, on which the caller publishes from now on. */
    public void tellStats() {
        told.tellStats();
    }

    /** Reads; the outlet gets the outcome, perhaps before this returns. */
    public void read(Reading reading, Outlet outlet) {
        Refusal unreadable = told.unreadable(reading);
        if (unreadable != null) {
            outlet.refuse(unreadable);
            return;
        }
        if (!reading.queue().isMailbox()) {
            start(null, reading, outlet);
            return;
        }
        String name = reading.queue().name();
        Mailbox mailbox = registry.mailbox(name);
        if (mailbox != null && mailbox.use(clocks.nanoTime())) {
            start(mailbox, reading, outlet);
            return;
        }
        store.create(name).whenComplete((refusal, error) -> {
            if (error != null) {
                outlet.broken(error);
            } else if (refusal != null) {
                outlet.refuse(refusal);
            } else {
                read(reading, outlet);
            }
        });
    }

    private void start(Mailbox mailbox, Reading reading, Outlet outlet) {
        Reader reader = new Reader(this, mailbox, reading, outlet);
        outlet.began(reader);
        registry.look(reader);
    }

    /**
     * Where a read without a cursor would begin; creates nothing and hands out nothing. When all of a mailbox has been
     * handed out that is here and now, so that further topics do not bring up what is old.
     *
     * @param queue a mailbox or a topic
     */
    public Cursor position(QueueName queue) {
        Mailbox mailbox = queue.isMailbox() ? registry.mailbox(queue.name()) : null;
        long horizon = registry.horizon();
        if (mailbox == null) {
            return new Cursor(store.epoch(), horizon, !queue.isMailbox());
        }
        return cursor(registry.isReadOut(mailbox) ? Math.max(horizon, mailbox.handed()) : mailbox.handed());
    }

    /**
     * Where a stream begins that asks for this start. Without a cursor that is where a poll would, but at a place of
     * its own, so that of many such streams each gets all that comes.
     */
    public Reading.Start stream(QueueName queue, Reading.Start asked) {
        long now = registry.horizon();
        if (asked instanceof Reading.Start.Handed) {
            Cursor position = position(queue);
            return new Reading.Start.Onward(position, queue.isMailbox() ? now : 0, registry.handed(queue, position));
        }
        return asked instanceof Reading.Start.Now
                ? new Reading.Start.Onward(new Cursor(store.epoch(), now, true))
                : asked;
    }

    /**
     * Takes note that a reader has everything up to there, as a read with that cursor would.
     *
     * @return whether there is such a mailbox, and such a place in it
     */
    public boolean acknowledge(QueueName queue, Cursor cursor) {
        Mailbox mailbox = queue.isMailbox() ? registry.mailbox(queue.name()) : null;
        if (mailbox == null
                || cursor.watch()
                || !cursor.epoch().equals(store.epoch())
                || cursor.offset() > registry.horizon()) {
            return false;
        }
        mailbox.acknowledge(cursor.offset(), clocks.nanoTime());
        return true;
    }

    /** What became of the wish to follow: where the mailbox follows the topic from, or why it does not. */
    public record Follow(Cursor since, Refusal refusal) {}

    /**
     * Lets a mailbox follow a topic; if it does already, nothing changes.
     *
     * @param start where on the topic: now without a cursor, or the oldest message kept, or after a cursor
     */
    public CompletionStage<Follow> follow(String mailbox, String topic, Reading.Start start) {
        Refusal unreadable = unreadable(QueueName.topic(topic));
        if (unreadable != null) {
            return CompletableFuture.completedFuture(new Follow(null, unreadable));
        }
        Mailbox known = registry.mailbox(mailbox);
        if (known != null) {
            known.touch(clocks.nanoTime());
        }
        return store.follow(mailbox, topic, since(start)).thenApply(refusal -> {
            Mailbox follower = registry.mailbox(mailbox);
            Long since = follower == null ? null : follower.follows().get(topic);
            return new Follow(cursor(since == null ? registry.horizon() : since), refusal);
        });
    }

    private long since(Reading.Start start) {
        if (start instanceof Reading.Start.After after) {
            boolean known = after.cursor().epoch().equals(store.epoch())
                    && after.cursor().offset() <= registry.horizon();
            return known ? after.cursor().offset() : 0;
        }
        return start instanceof Reading.Start.Oldest || start instanceof Reading.Start.Elsewhere ? 0 : -1;
    }

    /** Ends the following of a topic, if there was one. */
    public CompletionStage<Void> leave(String mailbox, String topic) {
        return store.leave(mailbox, topic);
    }

    /** Removes a mailbox or what a topic holds; those who read it are answered {@link End#DELETED}. */
    public CompletionStage<Void> remove(QueueName queue) {
        return store.remove(queue);
    }

    /** About a mailbox or a topic, if there is such a one. */
    public Optional<Status> status(QueueName queue) {
        return queue.isMailbox()
                ? Optional.ofNullable(registry.mailbox(queue.name())).map(survey::of)
                : Optional.ofNullable(registry.known(queue.name())).map(survey::of);
    }

    /** Carries out what falls due with time; to be called every half minute, by one thread. */
    public CompletionStage<Void> sweep() {
        return sweep.run();
    }

    /** Whether there is such a mailbox. */
    public boolean has(String mailbox) {
        return registry.mailbox(mailbox) != null;
    }

    /** How many mailboxes there are. */
    public int mailboxes() {
        return registry.mailboxes().size();
    }

    /** What the store holds. */
    public Store.Totals totals() {
        return store.totals();
    }

    /** The clocks by which this server lives. */
    public Clocks clocks() {
        return clocks;
    }

    private Cursor cursor(long offset) {
        return new Cursor(store.epoch(), offset, false);
    }

    Store store() {
        return store;
    }

    Limits limits() {
        return limits;
    }

    /** Where deadlines are left. */
    public Wheel wheel() {
        return wheel;
    }

    Executor executor() {
        return executor;
    }

    Registry registry() {
        return registry;
    }
}
