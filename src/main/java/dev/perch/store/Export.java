// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Message;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.StoreException;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * All messages that can be read in the file of a store, in offset order, also of one that is damaged. The directory
 * stays as it was, and a server may run on it meanwhile.
 */
public final class Export {
    /** Stands for the epoch when nothing says what it was. */
    private static final String LOST_EPOCH = "lost";

    private Export() {}

    /**
     * Shows the messages one after the other, and what cannot be read in sentences.
     *
     * @throws StoreException with a sentence, when there is no file that could be looked at
     */
    public static void of(Path directory, Consumer<Message> messages, Consumer<String> damages) {
        try (Look look = Look.at(directory)) {
            run(look.sql(), messages, damages);
        } catch (Fault e) {
            throw new StoreException(directory + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void run(Sql sql, Consumer<Message> messages, Consumer<String> damages) {
        State state = state(sql, damages);
        String epoch = state == null ? LOST_EPOCH : state.epoch();
        LongAdder nobodyCounts = new LongAdder();
        MessageWalk.through(sql, state == null ? null : state.last(), new MessageWalk.Finder() {
            @Override
            public void readable(QueueName queue, MessageRow row) {
                messages.accept(row.message(queue, epoch, nobodyCounts));
            }

            @Override
            public void damaged(String what) {
                damages.accept(what);
            }
        });
    }

    private static State state(Sql sql, Consumer<String> damages) {
        try {
            return State.read(sql);
        } catch (Fault e) {
            damages.accept(e.getMessage() + ": the ids begin with \"" + LOST_EPOCH + "\" in place of the epoch");
            return null;
        }
    }
}
