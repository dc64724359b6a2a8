// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Message;
import dev.perch.mailbox.Page;
import dev.perch.mailbox.QueueName;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The messages of one queue that are nowhere but in memory, and its floor. Its own lock makes each call one step. */
final class MemoryQueue implements Shelf {
    private final QueueName name;
    private final Ledger ledger;
    /** Null when it is empty, as it is for most queues. */
    private Window<Message> messages;

    private long bytes;
    private long floor;

    MemoryQueue(QueueName name, long floor, Ledger ledger) {
        this.name = name;
        this.floor = floor;
        this.ledger = ledger;
    }

    /** Its name: one object for all messages in it, since it lives as long as they do. */
    QueueName name() {
        return name;
    }

    synchronized void add(Message message) {
        messages = messages == null ? Window.ofMessages() : messages;
        messages.add(message);
        bytes += message.bytes();
        ledger.add(message.bytes());
    }

    @Override
    public synchronized long count() {
        return size();
    }

    private int size() {
        return messages == null ? 0 : messages.size();
    }

    @Override
    public synchronized long bytes() {
        return bytes;
    }

    synchronized long floor() {
        return floor;
    }

    /** The offset of the newest message, or the floor when there is none. */
    synchronized long last() {
        return messages == null ? floor : messages.get(messages.size() - 1).offset();
    }

    synchronized Page read(long after, int limit, long maxBytes, long millis) {
        Excerpt excerpt = new Excerpt(floor, limit, maxBytes, millis);
        if (messages != null) {
            messages.forEachAfter(after, excerpt::take);
        }
        return excerpt.page();
    }

    @Override
    public synchronized int surplus(long droppable, Room room) {
        long kept = bytes;
        int gone = 0;
        while (!room.suffices(size() - gone, kept)) {
            if (gone == size() || messages.get(gone).offset() > droppable) {
                return -1;
            }
            kept -= messages.get(gone++).bytes();
        }
        return gone;
    }

    @Override
    public synchronized void dropOldest(int count, long millis) {
        if (count > 0) {
            messages.removeOldest(count).forEach(message -> forget(message, millis));
            shrink();
        }
    }

    @Override
    public synchronized void dropUpTo(long offset, long millis) {
        dropOldest(messages == null ? 0 : messages.indexAfter(offset), millis);
    }

    @Override
    public synchronized void dropExpired(long millis) {
        if (messages == null) {
            return;
        }
        messages.removeIf(message -> {
            boolean expired = message.expired(millis);
            if (expired) {
                forget(message, millis);
            }
            return expired;
        });
        shrink();
    }

    private void shrink() {
        if (messages.size() == 0) {
            messages = null;
        }
    }

    @Override
    public void forEachUpTo(long offset, Consumer<Slip> action) {
        slipsUpTo(offset).forEach(action);
    }

    private synchronized List<Slip> slipsUpTo(long offset) {
        List<Slip> slips = new ArrayList<>();
        if (messages != null) {
            messages.forEachAfter(0, message -> message.offset() <= offset && slips.add(slip(message)));
        }
        return slips;
    }

    private static Slip slip(Message message) {
        long freed = (long) message.bytes() + message.encodedBytes();
        return new Slip(message.offset(), freed, message.expires(), message.hasOwnTtl());
    }

    private void forget(Message message, long millis) {
        bytes -= message.bytes();
        ledger.remove(message.bytes());
        message.dropped();
        floor = Shelf.floor(floor, message.offset(), message.expired(millis) && message.hasOwnTtl());
    }
}
