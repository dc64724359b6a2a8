// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Message;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What a turn makes of one queue. Its rows are changed at once; what is known of the queue in memory stays as it was
 * until the turn is over. For the writer's thread.
 */
final class TurnQueue implements Shelf {
    /** So many of the oldest messages are looked up at once. */
    private static final int FRONT = 32;
    /** Before the first offset. */
    private static final long NONE = -1;

    private final Rows rows;
    private final Ledger ledger;
    private final StoredQueue stored;
    private final List<Message> added = new ArrayList<>();
    private final Set<Long> dropped = new LinkedHashSet<>();
    private QueueRow row;
    private boolean rowChanged;
    private long count;
    private long bytes;
    private long oldest;
    /** No message expires before. */
    private long soonest;
    /** The oldest messages, as far as they have been looked up. */
    private List<Slip> front = new ArrayList<>();

    TurnQueue(StoredQueue stored, Rows rows, Ledger ledger) {
        this.rows = rows;
        this.ledger = ledger;
        this.stored = stored;
        this.row = stored.row();
        this.count = stored.count();
        this.bytes = stored.bytes();
        this.oldest = stored.oldest();
        this.soonest = stored.soonest();
    }

    /** What is known of it in memory, from before this turn. */
    StoredQueue stored() {
        return stored;
    }

    long id() {
        return row.id();
    }

    QueueRow row() {
        return row;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    long oldest() {
        return oldest;
    }

    /** No message expires before this time, in milliseconds since 1970. */
    long soonest() {
        return soonest;
    }

    List<Message> added() {
        return added;
    }

    Collection<Long> dropped() {
        return dropped;
    }

    /** The offset of the newest message, or the floor when there is none. */
    long last() {
        long[] last = {row.floor()};
        forEachAfter(NONE, slip -> {
            last[0] = slip.offset();
            return true;
        });
        return last[0];
    }

    void add(Message message, Draft draft) {
        rows.insert(message, draft);
        oldest = count == 0 ? message.offset() : oldest;
        soonest = Math.min(soonest, message.expires());
        count++;
        bytes += message.bytes();
        ledger.add(message.bytes());
        added.add(message);
    }

    void save(long handed, long acked) {
        if (handed != row.handed() || acked != row.acked()) {
            change(row.floor(), handed, acked);
        }
    }

    private void change(long floor, long handed, long acked) {
        row = new QueueRow(row.id(), row.name(), floor, row.since(), handed, acked);
        rowChanged = true;
    }

    /** Whether there is anything to keep of this turn. */
    boolean changed() {
        return rowChanged || !added.isEmpty() || !dropped.isEmpty();
    }

    /** Brings its own row in the file up to date. */
    void write() {
        if (rowChanged) {
            rows.update(row);
        }
    }

    @Override
    public int surplus(long droppable, Room room) {
        long kept = bytes;
        int gone = 0;
        while (!room.suffices(count - gone, kept)) {
            Slip slip = oldest > droppable ? null : slip(gone);
            if (slip == null || slip.offset() > droppable) {
                return -1;
            }
            kept -= slip.bytes();
            gone++;
        }
        return gone;
    }

    /** One of the oldest messages, or null when there are not so many. */
    private Slip slip(int index) {
        if (index >= front.size() && front.size() < count) {
            long after = front.isEmpty() ? NONE : front.get(front.size() - 1).offset();
            int enough = front.size() + FRONT;
            forEachAfter(after, slip -> front.add(slip) && front.size() < enough);
        }
        return index < front.size() ? front.get(index) : null;
    }

    @Override
    public void dropOldest(int messages, long millis) {
        for (int i = 0; i < messages; i++) {
            drop(slip(i), millis);
        }
        front = new ArrayList<>(front.subList(messages, front.size()));
    }

    @Override
    public void dropUpTo(long offset, long millis) {
        dropUpTo(offset, millis, Integer.MAX_VALUE);
    }

    /** Drops not more than so many messages up to an offset; false when there may be others. */
    boolean dropUpTo(long offset, long millis, int most) {
        int gone = 0;
        while (gone < most && count > gone && oldest <= offset) {
            Slip slip = slip(gone);
            if (slip == null || slip.offset() > offset) {
                break;
            }
            gone++;
        }
        dropOldest(gone, millis);
        return gone < most;
    }

    @Override
    public void dropExpired(long millis) {
        dropExpired(millis, Integer.MAX_VALUE);
    }

    /**
     * Drops not more than so many that have expired, whichever they are, and returns how many it were. One that is
     * damaged stays: perhaps it has not.
     */
    int dropExpired(long millis, int most) {
        if (soonest > millis) {
            return 0;
        }
        List<Slip> expired = new ArrayList<>();
        long[] next = {Long.MAX_VALUE};
        forEachAfter(NONE, slip -> {
            if (slip.expires() <= millis) {
                expired.add(slip);
            } else {
                next[0] = Math.min(next[0], slip.expires());
            }
            return expired.size() < most;
        });
        int gone = 0;
        for (Slip slip : expired) {
            if (rows.confirms(slip.offset())) {
                drop(slip, millis);
                gone++;
            }
        }
        front.clear();
        soonest = gone == expired.size() && gone < most ? next[0] : soonest;
        return gone;
    }

    private void drop(Slip slip, long millis) {
        rows.delete(slip.offset());
        count--;
        bytes -= slip.bytes();
        ledger.remove(slip.bytes());
        dropped.add(slip.offset());
        long floor = Shelf.floor(row.floor(), slip.offset(), slip.ownTtl() && millis >= slip.expires());
        if (floor != row.floor()) {
            change(floor, row.handed(), row.acked());
        }
    }

    /** Everything goes, and it goes itself. */
    void remove() {
        forEachUpTo(Long.MAX_VALUE, slip -> rows.delete(slip.offset()));
        rows.remove();
        ledger.add(-count, -bytes);
    }

    @Override
    public void forEachUpTo(long offset, Consumer<Slip> action) {
        forEachAfter(NONE, slip -> {
            boolean reached = slip.offset() <= offset;
            if (reached) {
                action.accept(slip);
            }
            return reached;
        });
    }

    /** Shows what there is behind an offset until one is not taken. */
    private void forEachAfter(long offset, Predicate<Slip> taker) {
        boolean[] more = {true};
        Predicate<Slip> present = slip -> more[0] = dropped.contains(slip.offset()) || taker.test(slip);
        stored.forEachAfter(offset, present);
        for (int i = 0; more[0] && i < added.size(); i++) {
            more[0] = added.get(i).offset() <= offset || present.test(Slip.of(added.get(i)));
        }
    }
}
