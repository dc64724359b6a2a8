// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The part of the model that judges the outcome of each read, and the reads that still wait. */
final class AnswerCheck {
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /**
     * A queue that a read may look at.
     *
     * @param since the offset after which it concerns the read
     * @param extra whether only this read asked for it
     * @param certain whether it belonged to the read for as long as the read may have looked
     */
    private record View(QueueName queue, long since, boolean extra, boolean certain) {}

    private final Model model;

    AnswerCheck(Model model) {
        this.model = model;
    }

    private List<View> views(Poll poll) {
        List<View> views = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        if (poll.box == null) {
            views.add(new View(poll.reading.queue(), 0, false, true));
            seen.add(poll.reading.queue().name());
        } else {
            Model.Box box = poll.box;
            views.add(new View(poll.reading.queue(), 0, false, true));
            views.add(new View(QueueName.BROADCAST, box.since, false, true));
            seen.add(QueueName.BROADCAST.name());
            box.follows.forEach((topic, since) -> {
                views.add(new View(QueueName.topic(topic), since, false, isCertain(poll, topic)));
                if (isCertain(poll, topic)) {
                    seen.add(topic);
                }
            });
            box.left.forEach((topic, since) -> {
                if (!isCertain(poll, topic)) {
                    views.add(new View(QueueName.topic(topic), since, false, false));
                }
            });
        }
        for (String topic : poll.reading.topics()) {
            if (seen.add(topic)) {
                boolean certain = poll.box == null || isCertain(poll, topic);
                views.add(new View(QueueName.topic(topic), poll.bare ? poll.horizon : 0, true, certain));
            }
        }
        return views;
    }

    /** A read that takes time, or was ended before it could look again, may not have seen a follow or a leave. */
    private boolean isCertain(Poll poll, String topic) {
        boolean looked = !model.lags && (poll.batch == null || poll.batch.end() == null);
        return looked || poll.box.changed.getOrDefault(topic, -1) < poll.step;
    }

    void answered(Poll poll, Batch batch) {
        model.check(poll.batch == null, "%s was answered twice", poll);
        model.check(poll.reader != null, "%s was answered before it began", poll);
        poll.batch = batch;
        long end = batch.cursor().offset();
        model.check(batch.cursor().watch() == poll.watch, "%s ends at %s", poll, batch.cursor());
        model.check(end <= model.horizon, "%s ends at %s, ahead of %s", poll, end, model.horizon);
        model.check((batch.gap() == Gap.EPOCH) == poll.elsewhere, "%s has the gap %s", poll, batch.gap());
        long place = poll.place;
        if (batch.end() != null) {
            ended(poll, batch);
            place = poll.bare ? end : place;
        } else {
            model.check(!batch.messages().isEmpty() || batch.gap() != null, "%s got nothing", poll);
            place = poll.bare ? poll.box.handed : place;
        }
        List<View> views = views(poll);
        order(poll, batch, place);
        batch.messages().forEach(message -> permitted(poll, message, views));
        complete(poll, batch, place, views);
        if (batch.gap() == Gap.RETENTION) {
            reasonable(poll, poll.oldest ? poll.horizon : place, views);
        }
        if (poll.isClaim()) {
            claimed(poll, batch, views);
        }
    }

    private void ended(Poll poll, Batch batch) {
        model.check(batch.messages().isEmpty(), "%s ended with messages", poll);
        long passed = model.clocks.nanos() - poll.startNanos;
        boolean due =
                switch (batch.end()) {
                    case WAIT -> passed >= poll.reading.waitNanos();
                    case SUPERSEDED -> passed >= SETTLE_NANOS && isSuperseded(poll);
                    case DELETED ->
                        poll.box == null
                                ? model.removals.getOrDefault(poll.reading.queue(), -1) >= poll.step
                                : isRemoved(poll.box);
                    // Told by a view, which knows of tokens; never by a reader.
                    case TOKEN -> false;
                    case DRAIN, GONE -> poll.asked.contains(batch.end());
                };
        model.check(due, "%s ended after %s ns: %s", poll, passed, batch.end());
        if (poll.bare) {
            long end = batch.cursor().offset();
            model.check(poll.box.removed || end <= poll.box.handed, "%s ended beyond what was handed out", poll);
        }
    }

    private boolean isSuperseded(Poll poll) {
        return poll.box != null && (!poll.bare || model.begun.stream().anyMatch(other -> replaces(other, poll)));
    }

    private static boolean replaces(Poll newer, Poll poll) {
        return newer != poll && newer.bare && newer.box == poll.box && newer.startNanos >= poll.startNanos;
    }

    private boolean isRemoved(Model.Box box) {
        return box.removed || box.mailbox.isRemoved();
    }

    private void order(Poll poll, Batch batch, long place) {
        long previous = place;
        model.check(batch.messages().size() <= poll.reading.portion().limit(), "%s got too many", poll);
        for (Message message : batch.messages()) {
            model.check(message.offset() > previous, "%s got %s after %s", poll, message, previous);
            previous = message.offset();
        }
        model.check(batch.cursor().offset() >= previous, "%s got %s, ends at %s", poll, previous, batch.cursor());
    }

    private void permitted(Poll poll, Message message, List<View> views) {
        model.check(message.isFor(poll.mailboxName()), "%s got %s in spite of except", poll, message);
        model.check(model.lags || !message.expired(model.clocks.millis()), "%s got %s too late", poll, message);
        model.check(
                views.stream()
                        .anyMatch(view -> view.queue().equals(message.queue()) && message.offset() > view.since()),
                "%s got %s, which is not its business",
                poll,
                message);
    }

    /** Between the place and the end, all that is kept has come, and what is missing is said. */
    private void complete(Poll poll, Batch batch, long place, List<View> views) {
        for (View view : views) {
            for (Message message : after(view, place)) {
                if (!view.certain()
                        || message.offset() > batch.cursor().offset()
                        || !message.isFor(poll.mailboxName())
                        || batch.messages().contains(message)) {
                    continue;
                }
                model.check(!isThere(poll, message), "%s did not get %s", poll, message);
                boolean excused = isOver(message) || (poll.oldest && message.offset() <= poll.horizon);
                model.check(excused || batch.gap() != null, "%s was not told of the missing %s", poll, message);
            }
        }
    }

    /** A message of the mailbox before this one may look as if it were kept. */
    private boolean isThere(Poll poll, Message message) {
        return (poll.box == null || !poll.box.removed) && model.isKept(message);
    }

    private List<Message> after(View view, long place) {
        long from = Math.max(place, view.since());
        List<Message> all = model.told.get(view.queue());
        int first = all.size();
        while (first > 0 && all.get(first - 1).offset() > from) {
            first--;
        }
        return all.subList(first, all.size());
    }

    /** Its publisher wanted it to live no longer. */
    private boolean isOver(Message message) {
        return message.hasOwnTtl() && message.expired(model.clocks.millis());
    }

    private void reasonable(Poll poll, long place, List<View> views) {
        if (model.store.last() > model.horizon) {
            return; // what is not told of yet may be gone already
        }
        for (View view : views) {
            long from = Math.max(place, view.since());
            if (model.removedFloors.getOrDefault(view.queue().kind(), 0L) > from
                    || (model.lags && model.store.size(view.queue()).floor() > from)
                    || after(view, place).stream().anyMatch(this::isMissed)) {
                return;
            }
        }
        model.fail(poll + " was told of a gap after " + place + " where none is");
    }

    private boolean isMissed(Message message) {
        boolean dropped = model.store.size(message.queue()).floor() >= message.offset();
        return !model.isKept(message) && (!isOver(message) || dropped);
    }

    /** The mailbox has handed these out, and to readers without a cursor each of them once. */
    private void claimed(Poll poll, Batch batch, List<View> views) {
        Model.Box box = poll.box;
        boolean old = !box.removed || batch.cursor().offset() <= box.removedAt;
        model.check(old, "%s got what is in another mailbox of that name", poll);
        poll.before = box.handed;
        box.read = true;
        long own = 0;
        for (Message message : batch.messages()) {
            if (views.stream().noneMatch(view -> !view.extra() && view.queue().equals(message.queue()))) {
                continue;
            }
            boolean certain = views.stream()
                    .anyMatch(view ->
                            !view.extra() && view.certain() && view.queue().equals(message.queue()));
            own = certain ? message.offset() : own;
            if (poll.bare && certain) {
                model.check(box.given.add(message.offset()), "%s got %s once more", poll, message);
            }
        }
        long began = poll.bare ? box.handed : poll.place;
        long now = box.mailbox.handed();
        long end = batch.cursor().offset();
        boolean right = began <= box.handed
                ? Math.max(box.handed, own) <= now && now <= Math.max(box.handed, end)
                : now == box.handed;
        model.check(right, "%s moved handed from %s to %s", poll, box.handed, now);
        box.handed = now;
    }

    void checkAtRest() {
        Set<String> bare = new HashSet<>();
        for (Poll poll : model.live) {
            model.check(poll.reader != null, "%s was never opened", poll);
            long passed = model.clocks.nanos() - poll.startNanos;
            if (!poll.reader.waiter().isParked()) {
                model.check(passed < SETTLE_NANOS + TICK_NANOS, "%s is neither parked nor answered", poll);
                continue;
            }
            model.check(passed < poll.reading.waitNanos() + TICK_NANOS, "%s waits too long", poll);
            model.check(poll.box == null || !poll.box.removed, "%s waits on what was removed", poll);
            model.check(!poll.bare || bare.add(poll.box.name), "%s is not the only one without a cursor", poll);
            long place = poll.bare ? poll.box.handed : poll.place;
            for (View view : views(poll)) {
                for (Message message : after(view, place)) {
                    boolean forIt = view.certain() && message.isFor(poll.mailboxName());
                    model.check(!forIt || !model.isKept(message), "%s waits although %s is there", poll, message);
                }
            }
        }
    }
}
