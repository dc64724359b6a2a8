// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Message;
import java.util.Arrays;

/** Messages in a list. */
final class Messages extends OldestFirst<Message> {
    private static final int FIRST = 2;

    private Message[] messages = new Message[FIRST];

    @Override
    public Message get(int index) {
        return messages[place(index)];
    }

    @Override
    public boolean add(Message message) {
        int place = placeForNext();
        messages[place] = message;
        return true;
    }

    @Override
    int places() {
        return messages.length;
    }

    @Override
    void provide(int places) {
        messages = Arrays.copyOf(messages, places);
    }

    @Override
    void move(int from, int to, int count) {
        System.arraycopy(messages, from, messages, to, count);
    }

    /** Whoever reads one still keeps it alive; the list does not. */
    @Override
    void forget(int from, int to) {
        Arrays.fill(messages, from, to, null);
    }
}
