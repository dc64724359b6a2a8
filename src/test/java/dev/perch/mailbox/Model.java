// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import com.google.errorprone.annotations.FormatMethod;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the design promises, in the plainest form: every message ever told of, every mailbox with its two positions, and
 * every read. It follows the same changes as the domain and objects to whatever should not have been.
 */
final class Model {
    /** A mailbox from its creation to its removal. */
    static final class Box {
        final String name;
        final long since;
        final Map<String, Long> follows = new HashMap<>();
        /** Topics that were followed once. */
        final Map<String, Long> left = new HashMap<>();
        /** At which step the following of a topic began or ended. */
        final Map<String, Integer> changed = new HashMap<>();
        /** What readers without a cursor were given. */
        final Set<Long> given = new HashSet<>();
        /** Each acknowledgement, with its time. */
        final List<long[]> acks = new ArrayList<>();

        long handed;
        long acked;
        boolean read;
        long usedNanos;
        /** What the domain has for it, since the first read. */
        Mailbox mailbox;

        boolean removed;
        long removedAt;

        Box(MailboxRecord made, long nanos) {
            name = made.name();
            since = made.since();
            handed = made.handed();
            acked = made.acked();
            usedNanos = nanos;
        }
    }

    final Limits limits;
    final ManualClocks clocks;
    final List<QueueName> queues;
    final boolean lags;
    final Map<QueueName, List<Message>> told = new HashMap<>();
    final Map<String, Box> boxes = new HashMap<>();
    final Set<Poll> live = new LinkedHashSet<>();
    final List<Poll> begun = new ArrayList<>();
    final List<Poll> answered = new ArrayList<>();
    final Map<QueueName, Integer> removals = new HashMap<>();
    final Map<QueueName.Kind, Long> removedFloors = new EnumMap<>(QueueName.Kind.class);
    private final StoreCheck storeCheck = new StoreCheck(this);
    private final AnswerCheck answerCheck = new AnswerCheck(this);
    Store store;
    Exchange exchange;
    long horizon;
    int step;
    boolean idleRemovals;
    private final List<Object> steps = new ArrayList<>();
    private AssertionError failure;

    Model(Limits limits, ManualClocks clocks, List<QueueName> queues, boolean lags) {
        this.limits = limits;
        this.clocks = clocks;
        this.queues = queues;
        this.lags = lags;
        queues.forEach(queue -> told.put(queue, new ArrayList<>()));
    }

    /** Keeps the first objection, since a stage that it passes through may swallow it, and throws it. */
    void fail(String why) {
        AssertionError error = new AssertionError(why);
        if (failure == null) {
            failure = error;
        }
        throw error;
    }

    @FormatMethod
    void check(boolean holds, String why, Object... about) {
        if (!holds) {
            fail(String.format(why, about));
        }
    }

    /** Notes what happens; it becomes text only when somebody wants to read it. */
    void say(Object... words) {
        steps.add(step);
        steps.add(words);
    }

    /** Everything that was noted, a line each. */
    String steps() {
        StringBuilder text = new StringBuilder();
        for (Object part : steps) {
            if (part instanceof Object[] words) {
                text.append(": ");
                Stream.of(words).forEach(text::append);
                text.append('\n');
            } else {
                text.append(part);
            }
        }
        return text.toString();
    }

    void rethrow() {
        if (failure != null) {
            throw failure;
        }
    }

    Holdings holdings() {
        return new Holdings(store, queues);
    }

    /** Whether the store still has the message and a reader would get it. */
    boolean isKept(Message message) {
        List<Message> found = store.read(message.queue(), message.offset() - 1, 1, Long.MAX_VALUE)
                .toCompletableFuture()
                .join()
                .messages();
        return !found.isEmpty() && found.get(0).offset() == message.offset();
    }

    void created(MailboxRecord made) {
        check(!boxes.containsKey(made.name()), "%s was created twice", made);
        check(made.since() == horizon, "%s was not created at %s", made, horizon);
        boxes.put(made.name(), new Box(made, clocks.nanos()));
    }

    void stored(List<Message> messages) {
        for (Message message : messages) {
            check(message.offset() > horizon, "%s came after %s", message, horizon);
            horizon = message.offset();
            told.get(message.queue()).add(message);
        }
    }

    void followed(String mailbox, String topic, long since) {
        Box box = boxes.get(mailbox);
        check(box.follows.put(topic, since) == null, "%s follows %s twice", mailbox, topic);
        box.changed.put(topic, step);
        if (!box.read && since < box.handed) {
            box.handed = since;
            box.acked = Math.min(box.acked, since);
        }
    }

    void left(String mailbox, String topic) {
        Box box = boxes.get(mailbox);
        box.left.merge(topic, box.follows.remove(topic), Math::min);
        box.changed.put(topic, step);
    }

    void retired(String mailbox) {
        check(idleRemovals, "%s was asked about", mailbox);
        Box box = boxes.get(mailbox);
        check(clocks.nanos() - box.usedNanos >= limits.idleMailbox().toNanos(), "%s was just used", mailbox);
        for (Poll poll : live) {
            check(
                    poll.box != box
                            || poll.reader == null
                            || !poll.reader.waiter().isParked(),
                    "%s is parked on",
                    mailbox);
        }
    }

    void removed(QueueName queue) {
        long last = horizon;
        if (queue.isMailbox()) {
            Box box = boxes.remove(queue.name());
            box.removed = true;
            box.removedAt = horizon;
        } else {
            List<Message> messages = told.get(queue);
            last = messages.isEmpty() ? 0 : messages.get(messages.size() - 1).offset();
        }
        removedFloors.merge(queue.kind(), last, Math::max);
        removals.put(queue, step);
    }

    void begin(Poll poll) {
        begun.add(poll);
        poll.step = step;
        poll.startNanos = clocks.nanos();
        poll.horizon = horizon;
        boolean topic = poll.mailboxName() == null;
        poll.box = topic ? null : boxes.get(poll.mailboxName());
        poll.watch = topic;
        if (!topic) {
            poll.box.usedNanos = clocks.nanos();
            poll.box.mailbox = exchange.registry().mailbox(poll.box.name);
        }
        Reading.Start start = poll.reading.start();
        if (start instanceof Reading.Start.After after) {
            Cursor cursor = after.cursor();
            poll.watch |= cursor.watch();
            if (cursor.epoch().equals(store.epoch()) && cursor.offset() <= horizon) {
                poll.place = cursor.offset();
                acknowledge(poll);
            } else {
                poll.oldest = true;
                poll.elsewhere = true;
            }
        } else if (start instanceof Reading.Start.Onward onward) {
            poll.watch |= onward.cursor().watch();
            poll.place = onward.cursor().offset();
        } else if (start instanceof Reading.Start.Elsewhere) {
            poll.oldest = true;
            poll.elsewhere = true;
        } else if (start instanceof Reading.Start.Oldest) {
            poll.oldest = true;
        } else if (start instanceof Reading.Start.Now || topic) {
            poll.place = horizon;
            poll.watch = true;
        } else {
            poll.bare = true;
            poll.place = poll.box.handed;
        }
    }

    private void acknowledge(Poll poll) {
        if (!poll.watch) {
            Box box = poll.box;
            box.read = true;
            box.acked = Math.max(box.acked, poll.place);
            box.handed = Math.max(box.handed, poll.place);
            box.acks.add(new long[] {poll.place, clocks.nanos()});
        }
    }

    void answered(Poll poll, Batch batch) {
        say("  ", poll, " got ", batch);
        answerCheck.answered(poll, batch);
        live.remove(poll);
        answered.add(poll);
    }

    /** The client did not get its answer. */
    void fail(Poll poll) {
        poll.failed = true;
        Box box = poll.box;
        if (poll.isClaim()) {
            long began = poll.bare || poll.oldest ? poll.before : poll.place;
            box.handed = Math.max(box.acked, Math.min(box.handed, began));
            box.given.removeIf(offset -> offset > box.handed);
        }
        poll.reader.failed();
        comparePositions();
    }

    void comparePositions() {
        for (Box box : boxes.values()) {
            Mailbox mailbox = exchange.registry().mailbox(box.name);
            check(
                    mailbox.handed() == box.handed && mailbox.acked() == box.acked,
                    "%s stands at handed %s, acked %s, not %s, %s",
                    box.name,
                    mailbox.handed(),
                    mailbox.acked(),
                    box.handed,
                    box.acked);
        }
    }

    /** Nothing is under way any more: who still waits must have nothing to wait for. */
    void checkAtRest() {
        comparePositions();
        answerCheck.checkAtRest();
    }

    void appended(QueueName queue, List<Draft> drafts, Key key, Publication outcome, Holdings before) {
        storeCheck.appended(queue, drafts, key, outcome, before);
    }

    void trimmed(QueueName queue, Holdings before) {
        storeCheck.trimmed(queue, before);
    }

    void expired(Holdings before) {
        storeCheck.expired(before);
    }

    void forgetKeys(QueueName queue) {
        storeCheck.forgetKeys(queue);
    }
}
