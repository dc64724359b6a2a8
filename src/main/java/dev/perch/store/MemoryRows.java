// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Message;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Those of a transient queue, a turn's own copy: such messages are nowhere but in memory. */
final class MemoryRows implements Rows {
    private final NavigableMap<Long, Message> messages = new TreeMap<>();

    /** As they are before the turn. */
    MemoryRows(List<Message> before) {
        before.forEach(message -> messages.put(message.offset(), message));
    }

    @Override
    public void insert(Message message, Draft draft) {
        messages.put(message.offset(), message);
    }

    @Override
    public void delete(long offset) {
        messages.remove(offset);
    }

    @Override
    public List<Slip> after(long offset, int most) {
        return slips(
                messages.tailMap(offset, false).values().stream().limit(most).toList());
    }

    @Override
    public List<Slip> upTo(long offset) {
        return slips(messages.headMap(offset, true).values());
    }

    @Override
    public List<Slip> expired(long millis) {
        return slips(messages.values().stream()
                .filter(message -> message.expired(millis))
                .toList());
    }

    private static List<Slip> slips(Collection<Message> of) {
        return of.stream()
                .map(message -> new Slip(message.offset(), message.bytes(), message.expires(), message.hasOwnTtl()))
                .toList();
    }

    @Override
    public long last() {
        return messages.lastKey();
    }

    @Override
    public void update(QueueRow row) {}

    @Override
    public void remove() {
        messages.clear();
    }
}
