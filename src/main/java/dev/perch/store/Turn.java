// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Key;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.MailboxRecord;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.Publication;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.Refusal;
import dev.perch.mailbox.Store.Intake;
import dev.perch.mailbox.Store.Positions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The changes that go into one transaction. Each sees what the earlier ones have done. The file is changed at once,
 * what is known in memory only when the transaction is safe; until then a turn can be thrown away. For the writer's
 * thread.
 */
final class Turn {
    /** So many offsets are taken for given out beyond the last one, while there are messages in memory only. */
    private static final int RESERVE = 1000;

    private final Contents contents;
    private final Sql sql;
    private final Limits limits;
    private final Clocks clocks;
    private final Intake intake;
    private final Ledger ledger;
    private final Keys keys;
    private final TurnQueues queues;
    private final Space space;
    private final List<Consumer<Intake>> news = new ArrayList<>();
    private final Set<QueueName> removed = new HashSet<>();
    private final Set<QueueName> retired = new HashSet<>();
    private State state;
    private long reserved;
    private int mailboxes;
    private long lastId;
    /** Whether anything has changed in the file, besides what the queues know of. */
    private boolean changed;

    Turn(Contents contents, Sql sql, Limits limits, Clocks clocks, Intake intake) {
        this.contents = contents;
        this.sql = sql;
        this.limits = limits;
        this.clocks = clocks;
        this.intake = intake;
        this.state = contents.state();
        this.reserved = contents.reserved();
        this.mailboxes = contents.mailboxes();
        this.lastId = contents.lastId();
        this.ledger = contents.ledger().copy();
        this.keys = contents.keys().layer();
        this.queues = new TurnQueues(contents, sql, ledger);
        this.space = new Space(limits, clocks, queues, ledger, keys);
    }

    Publication append(QueueName name, List<Draft> drafts, Key key, List<Message> stored) {
        Publication first = key == null ? null : keys.find(name, key);
        if (first != null) {
            return first;
        }
        TurnQueue queue = queues.find(name);
        if (queue == null && name.isMailbox() && mailboxes >= limits.mailboxes()) {
            return Refusal.TOO_MANY_MAILBOXES;
        }
        Refusal refusal = space.make(name, drafts, intake);
        if (refusal != null) {
            return refusal;
        }
        queue = queue == null ? make(name) : queue;
        long time = clocks.millis();
        for (Draft draft : drafts) {
            stored.add(add(queue, draft, time));
        }
        Receipt receipt = new Receipt(new Cursor(state.epoch(), state.last(), false), drafts.size());
        if (key != null) {
            keys.put(name, key, receipt);
            if (!name.isTransient()) {
                new KeyRow(name, key, state.last(), drafts.size(), time).insert(sql, queue.id());
            }
        }
        news.add(domain -> domain.stored(stored));
        return receipt;
    }

    private Message add(TurnQueue queue, Draft draft, long time) {
        state = state.withLast(state.last() + 1);
        long ttl = draft.ttlSeconds() > 0
                ? draft.ttlSeconds() * 1000
                : limits.ttl().toMillis();
        Message message = new Message(
                queue.row().name(), state.epoch(), state.last(), time, time + ttl, draft, ledger.encodedBytes());
        queue.add(message, draft);
        return message;
    }

    private TurnQueue make(QueueName name) {
        if (name.isTransient()) {
            long floor = Math.max(state.floor(name.kind()), contents.forgotten());
            return queues.add(new StoredQueue(new QueueRow(0, name, floor, 0, 0, 0)));
        }
        lastId++;
        long last = state.last();
        QueueRow row = new QueueRow(lastId, name, state.floor(name.kind()), last, last, last);
        row.insert(sql);
        if (name.isMailbox()) {
            mailboxes++;
            news.add(domain -> domain.created(MailboxRecord.created(name, last)));
        }
        changed = true;
        return queues.add(new StoredQueue(row));
    }

    Refusal create(String mailbox) {
        return findOrMake(QueueName.mailbox(mailbox)) == null ? Refusal.TOO_MANY_MAILBOXES : null;
    }

    private TurnQueue findOrMake(QueueName mailbox) {
        TurnQueue queue = queues.find(mailbox);
        return queue != null || mailboxes >= limits.mailboxes() ? queue : make(mailbox);
    }

    Refusal follow(String mailbox, String topic, long since) {
        TurnQueue queue = findOrMake(QueueName.mailbox(mailbox));
        if (queue == null) {
            return Refusal.TOO_MANY_MAILBOXES;
        }
        if (FollowRow.exists(sql, queue.id(), topic)) {
            return null;
        }
        if (FollowRow.count(sql, queue.id()) >= limits.topicsPerMailbox()) {
            return Refusal.TOO_MANY_TOPICS;
        }
        long from = since < 0 ? state.last() : since;
        new FollowRow(queue.id(), topic, from).insert(sql);
        changed = true;
        news.add(domain -> domain.followed(mailbox, topic, from));
        return null;
    }

    void leave(String mailbox, String topic) {
        TurnQueue queue = queues.find(QueueName.mailbox(mailbox));
        if (queue != null && FollowRow.delete(sql, queue.id(), topic)) {
            changed = true;
            news.add(domain -> domain.left(mailbox, topic));
        }
    }

    void remove(QueueName name) {
        if (queues.find(name) != null) {
            drop(name);
        }
    }

    void removeIdle(QueueName name) {
        // Of a queue that has just gone the domain does not know yet: it must not be asked, nor told twice.
        if (removed.contains(name)) {
            return;
        }
        TurnQueue queue = queues.find(name);
        if ((queue == null || queue.count() == 0) && intake.idle(name)) {
            retired.add(name);
            drop(name);
        }
    }

    /** Carries out what the domain has agreed to in an earlier turn, which failed. */
    void removeRetired(Set<QueueName> names) {
        retired.addAll(names);
        names.forEach(this::drop);
    }

    /** A mailbox takes its follows along, so whoever was at any earlier place in it has missed something. */
    private void drop(QueueName name) {
        TurnQueue queue = queues.find(name);
        long last = queue == null ? 0 : queue.last();
        state = state.withFloor(name.kind(), name.isMailbox() ? state.last() : last);
        if (queue != null) {
            mailboxes -= name.isMailbox() ? 1 : 0;
            queues.remove(queue);
        }
        changed = true;
        keys.forget(name);
        removed.add(name);
        news.add(domain -> domain.removed(name));
    }

    void save(Positions positions) {
        TurnQueue queue = queues.find(QueueName.mailbox(positions.mailbox()));
        if (queue != null) {
            queue.save(positions.handed(), positions.acked());
        }
    }

    /** Drops not more than so many messages of the queue up to that offset; false when there may be others. */
    boolean trim(QueueName name, long upTo, int most) {
        TurnQueue queue = queues.find(name);
        return queue == null || queue.dropUpTo(upTo, clocks.millis(), most);
    }

    /** Drops not more than so many messages of the queue that have expired, and returns how many it were. */
    int expire(StoredQueue queue, int most) {
        return queues.dropExpired(queue, clocks.millis(), most);
    }

    /** Drops not more than so many keys that are too old; false when there may be others. */
    boolean expireKeys(int most) {
        keys.expire();
        int gone = KeyRow.deleteBefore(sql, contents.keys().oldest(), most);
        changed |= gone > 0;
        return gone < most;
    }

    /** Whether there is anything to keep of it. */
    boolean isChange() {
        return changed || queues.changed();
    }

    /**
     * Writes what has to be written once, whatever the number of changes. False when nothing is to be kept on the
     * medium: offsets of messages that are in memory only are reserved there many at a time.
     */
    boolean write() {
        if (!changed && !queues.changedInFile() && state.last() <= reserved) {
            return false;
        }
        queues.write();
        state = state.next();
        reserved = Math.max(reserved, state.last() + (queues.hasTransient() ? RESERVE : 0));
        state.withLast(reserved).write(sql);
        return true;
    }

    /** Tells the domain of all changes, in their order. */
    void tell() {
        news.forEach(each -> each.accept(intake));
    }

    State state() {
        return state;
    }

    /** Up to where the file has offsets as given out. */
    long reserved() {
        return reserved;
    }

    int mailboxes() {
        return mailboxes;
    }

    long lastId() {
        return lastId;
    }

    Ledger ledger() {
        return ledger;
    }

    Keys keys() {
        return keys;
    }

    /** The queues that it has touched and that are there. */
    Collection<TurnQueue> queues() {
        return queues.there();
    }

    /** The queues that were there before and have gone. */
    List<StoredQueue> removed() {
        return queues.gone();
    }

    /** The queues that the domain has given up. */
    Set<QueueName> retired() {
        return retired;
    }
}
