// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One read: it looks for messages after its place; if there are none it parks; when woken it looks again. It is
 * answered once, through its {@link Outlet}. As a timer of the wheel it is its own deadline.
 */
public final class Reader extends Wheel.Timer {
    // Threads: the fields that are neither final nor volatile belong to the one thread that the waiter's state READING
    // stands for; it hands them on by parking. Whoever ends the read from outside looks at `position`, `gap` and
    // `scope`. `gap` is written before `position`, so no ending gives out a cursor behind a gap without naming it. A
    // read that was ended while a thread was looking may have registered since: that thread takes it out again.

    /** A read that has been parked for so long is no quick one, in nanoseconds. */
    public static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Two loops that supersede each other must not spin: neither is answered so before this time. */
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Exchange exchange;
    private final Registry registry;
    private final Portion portion;
    private final long waitNanos;
    private final Outlet outlet;
    private final Waiter waiter = new Waiter();
    private final Mailbox mailbox;
    private final List<Topic> held;
    private final boolean watch;
    private final boolean bare;
    private final long origin;
    private final long startNanos;
    /** A floor up to here is no gap. */
    private final long oldest;
    /** From here on the topics concern it that it asks for by itself. */
    private final long since;

    private boolean registered;
    private volatile Gap gap;
    /** Up to here there is nothing for this reader. */
    private volatile long position;

    private volatile Scope scope = Scope.NONE;
    /** What the mailbox had handed out when this read last looked, or -1 for a read with a cursor. */
    private long base;
    /** Where the read began. */
    private long began;
    /** Where {@code handed} goes back to if the answer cannot be written; nowhere while nothing is taken. */
    private volatile long restore = Long.MAX_VALUE;

    /** A read of a mailbox, or, where that is null, of a topic. */
    Reader(Exchange exchange, Mailbox mailbox, Reading reading, Outlet outlet) {
        this.exchange = exchange;
        this.registry = exchange.registry();
        this.mailbox = mailbox;
        this.portion = reading.portion();
        this.waitNanos = reading.waitNanos();
        this.outlet = outlet;
        this.startNanos = exchange.clocks().nanoTime();
        long now = registry.horizon();
        Place place = Place.of(reading.start(), mailbox, exchange.store().epoch(), now, startNanos);
        this.since = place.since();
        this.origin = place.origin();
        this.watch = place.watch();
        this.bare = place.bare();
        this.gap = place.gap();
        this.position = place.position();
        this.oldest = place.oldest() ? now : 0;
        this.base = bare ? position : place.oldest() && mailbox != null ? mailbox.handed() : -1;
        this.began = position;
        this.held = registry.hold(reading);
    }

    /** Ends the read with an empty answer, unless it is over; false when it was. Any thread may call it. */
    public boolean end(End why) {
        if (!waiter.end()) {
            return false;
        }
        conclude(why);
        return true;
    }

    /** How long it has been open, in nanoseconds. */
    public long openNanos() {
        return exchange.clocks().nanoTime() - startNanos;
    }

    /** The first time to tell that it lasts, if it may be so long; then at its deadline. */
    @Override
    protected void expire() {
        if (waitNanos <= openNanos()) {
            end(End.WAIT);
            return;
        }
        outlet.lasts();
        exchange.wheel().schedule(this, waitNanos - openNanos());
        if (waiter.isOver()) {
            exchange.wheel().cancel(this);
        }
    }

    /** Whether somebody has answered it, or is about to. */
    public boolean isOver() {
        return waiter.isOver();
    }

    /** The view could not hand on what it was given: the messages count as not handed out. */
    public void failed() {
        if (mailbox != null && !watch) {
            mailbox.handBack(restore);
            registry.wake(mailbox);
        }
    }

    Waiter waiter() {
        return waiter;
    }

    /** Whether it reads without a cursor. */
    boolean isBare() {
        return bare;
    }

    boolean beganBefore(Reader other) {
        return startNanos - other.startNanos < 0;
    }

    boolean watches(Topic topic) {
        return mailbox == null && held.get(0) == topic;
    }

    boolean isFor(Message message) {
        return message.isFor(mailboxName());
    }

    private String mailboxName() {
        return mailbox == null ? null : mailbox.name();
    }

    /** Looks for messages until some are found, the read is over, or it is parked. For the reading thread. */
    void look() {
        boolean again = true;
        while (again) {
            refresh();
            long horizon = registry.horizon();
            // Asked after the horizon: what lies before it is not yet that of a new mailbox of the same name.
            if (mailbox != null && mailbox.isRemoved()) {
                end(End.DELETED);
                leave();
                return;
            }
            CompletableFuture<Run> run =
                    Run.read(exchange.store(), scope.sources(), position, horizon, portion, mailboxName());
            if (!run.isDone()) {
                run.whenComplete((found, error) -> registry.resume(this, () -> take(run, horizon)));
                return;
            }
            again = take(run, horizon);
        }
    }

    /** Sees what has changed around it since it looked last: what the mailbox follows, and what others were handed. */
    private void refresh() {
        if (base >= 0) {
            long handed = mailbox.handed();
            if (bare && handed != base) {
                began = handed;
                position = handed;
                gap = null;
            }
            base = handed;
        }
        if (scope.isOutdated(mailbox)) {
            // A topic may be followed from an offset that this read has passed already.
            position = began;
            scope.topics().forEach(topic -> topic.unpark(this));
            scope = Scope.of(mailbox, held, since, registry);
        }
    }

    /** What to do with the outcome of a look; true to look again. */
    private boolean take(CompletableFuture<Run> outcome, long horizon) {
        if (outcome.isCompletedExceptionally()) {
            broke(outcome.handle((run, error) -> error).join());
            return false;
        }
        Run run = outcome.join();
        if (run.floor() > oldest && gap == null) {
            gap = Gap.RETENTION;
        }
        if (!run.messages().isEmpty() || gap != null) {
            return deliver(run);
        }
        position = run.end();
        return run.end() < horizon || park();
    }

    /** It cannot find out what there is. */
    void broke(Throwable cause) {
        leave();
        if (waiter.end()) {
            release();
            outlet.broken(cause);
        }
    }

    private boolean deliver(Run run) {
        if (mailbox != null && !watch) {
            long taken = Math.max(run.own(), Math.min(run.floor(), run.end()));
            Claim claim = mailbox.claim(waiter, base, bare ? began : origin, taken);
            if (claim != Claim.WON) {
                return claim == Claim.LOOK_AGAIN || over();
            }
            restore = base >= 0 ? base : began;
        } else if (!waiter.deliver()) {
            return over();
        }
        release();
        outlet.answer(new Batch(run.messages(), new Cursor(exchange.store().epoch(), run.end(), watch), gap, null));
        return false;
    }

    /** Somebody else has ended the read while this thread was looking. */
    private boolean over() {
        leave();
        return false;
    }

    /** Parks; true when something came in between, so that this thread must look again. */
    private boolean park() {
        if (waitNanos == 0) {
            end(End.WAIT);
            return false;
        }
        List<Reader> superseded = List.of();
        if (!registered) {
            registered = true;
            outlet.waits();
            exchange.wheel().schedule(this, Math.min(LONG_NANOS, waitNanos) - openNanos());
            if (mailbox != null) {
                superseded = mailbox.park(this, exchange.limits().parkedPerMailbox());
            }
        }
        scope.topics().forEach(topic -> topic.park(this));
        boolean parked = waiter.park();
        superseded.forEach(older -> older.conclude(End.SUPERSEDED));
        if (!parked) {
            return over();
        }
        if (mailbox != null && mailbox.isRemoved()) {
            end(End.DELETED);
            return false;
        }
        boolean came = scope.isOutdated(mailbox) || (bare && base != mailbox.handed()) || scope.reaches(position);
        return came && waiter.wake();
    }

    /** The winner of an ending answers, at once or, so that nobody spins, a little later. */
    private void conclude(End why) {
        leave();
        long early = SETTLE_NANOS - openNanos();
        if (why == End.SUPERSEDED && early > 0) {
            exchange.wheel().after(early, () -> answerEmpty(End.SUPERSEDED));
        } else {
            answerEmpty(why);
        }
    }

    private void answerEmpty(End why) {
        release();
        // What another reader was given and could not keep must not lie behind the cursor of an empty answer.
        long offset = bare ? Math.min(position, mailbox.handed()) : position;
        outlet.answer(new Batch(List.of(), new Cursor(exchange.store().epoch(), offset, watch), gap, why));
    }

    private void release() {
        leave();
        if (mailbox != null) {
            mailbox.presence().leave();
        }
        held.forEach(registry::release);
    }

    /** Nobody shall find it any more, neither those who publish nor the wheel. */
    private void leave() {
        if (registered) {
            exchange.wheel().cancel(this);
            if (mailbox != null) {
                mailbox.unpark(this);
            }
            scope.topics().forEach(topic -> topic.unpark(this));
        }
    }
}
