// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Message;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The messages that are in memory: the newest of the whole store, within one budget. Whoever has the oldest offset goes
 * first, whichever its queue, so that what is left of each queue is without a hole; but what is in memory only stays.
 * For the writer's thread.
 */
final class Cache {
    private final long budget;
    private final LongAdder encodedBytes;
    private final Map<Long, Message> messages = new LinkedHashMap<>();
    private long bytes;

    /**
     * An empty one.
     *
     * @param budget in bytes, for the messages, their JSON forms and {@link Message#OVERHEAD} each
     * @param encodedBytes where the messages count the bytes of their JSON forms
     */
    Cache(long budget, LongAdder encodedBytes) {
        this.budget = budget;
        this.encodedBytes = encodedBytes;
    }

    /** Takes a message in; they come in the order of their offsets. */
    void add(Message message) {
        messages.put(message.offset(), message);
        bytes += cost(message);
    }

    /** The store no longer keeps the message. */
    void remove(long offset) {
        Message message = messages.remove(offset);
        if (message != null) {
            leave(message);
        }
    }

    /** Lets the oldest go until the rest is within the budget. */
    void shrink(Consumer<Message> evicted) {
        Iterator<Message> oldest = messages.values().iterator();
        while (bytes + encodedBytes.sum() > budget && oldest.hasNext()) {
            Message message = oldest.next();
            if (message.queue().isTransient()) {
                continue;
            }
            oldest.remove();
            evicted.accept(message);
            leave(message);
        }
    }

    private void leave(Message message) {
        bytes -= cost(message);
        message.dropped();
    }

    private static long cost(Message message) {
        return (long) message.bytes() + Message.OVERHEAD;
    }
}
