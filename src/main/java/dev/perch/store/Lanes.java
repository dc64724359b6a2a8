// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.StoreException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What waits for the writer, in two lanes: changes that somebody waits for, and chores that have time. */
final class Lanes {
    /** One turn takes no more changes, or bytes in them, so that the first of them does not wait long for the last. */
    private static final int MOST_CHANGES = 1024;

    private static final int MOST_BYTES = 4 * 1024 * 1024;

    private final Deque<Change<?>> changes = new ArrayDeque<>();
    private final Deque<Chore> chores = new ArrayDeque<>();
    /** Why nothing is taken in at present, or null. */
    private StoreException refusal;

    private final CountDownLatch closing = new CountDownLatch(1);

    <T> Change<T> put(Change<T> change) {
        StoreException why = take(changes, change);
        if (why != null) {
            change.fail(why);
        }
        return change;
    }

    Chore put(Chore chore) {
        StoreException why = take(chores, chore);
        if (why != null) {
            chore.fail(why);
        }
        return chore;
    }

    /** Lets one wait in a lane. Returns null, or why it may not. */
    private synchronized <T> StoreException take(Deque<T> lane, T one) {
        if (closing.getCount() == 0) {
            return new StoreException("the store is closed", null);
        }
        if (refusal != null) {
            return refusal;
        }
        lane.add(one);
        notifyAll();
        return null;
    }

    /** Waits until there is something to do. False when there never will be. */
    synchronized boolean await() {
        while (changes.isEmpty() && chores.isEmpty() && closing.getCount() > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                // Nobody who knows this thread interrupts it; whoever does cannot mean that messages should be lost.
                Thread.interrupted();
            }
        }
        return !changes.isEmpty() || !chores.isEmpty();
    }

    /** Waits for so long. False when the store has been closed. */
    boolean pause(long millis) {
        try {
            return !closing.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    /** The changes of the next turn, in their order. */
    synchronized List<Change<?>> changes() {
        List<Change<?>> taken = new ArrayList<>();
        long bytes = 0;
        while (!changes.isEmpty() && taken.size() < MOST_CHANGES && bytes < MOST_BYTES) {
            bytes += changes.peek().bytes();
            taken.add(changes.poll());
        }
        return taken;
    }

    /** The chore whose turn it is, or null. It stays until it is {@link #done}. */
    synchronized Chore chore() {
        return chores.peek();
    }

    synchronized void done() {
        chores.poll();
    }

    /** The chores fail for this reason; there will be another sweep. */
    void failChores(StoreException why) {
        List<Chore> waiting;
        synchronized (this) {
            waiting = List.copyOf(chores);
            chores.clear();
        }
        waiting.forEach(chore -> chore.fail(why));
    }

    /** From now on everything fails for this reason, also what waits already; null ends that. */
    void refuse(StoreException why) {
        List<Change<?>> waiting;
        synchronized (this) {
            refusal = why;
            if (why == null) {
                return;
            }
            waiting = List.copyOf(changes);
            changes.clear();
        }
        waiting.forEach(change -> change.fail(why));
        failChores(why);
    }

    /** Takes nothing in any more; what waits will still be done. */
    synchronized void close() {
        closing.countDown();
        notifyAll();
    }
}
