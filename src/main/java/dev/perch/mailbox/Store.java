// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What keeps the messages: the port behind which memory, a database or a server of its own does the work.
 *
 * <p>A store is one sequence of changes. It carries them out one after the other, gives each message the next offset of
 * one counter that never goes back, and tells its {@link Intake} of every change in that order, one call at a time,
 * once the change is safe; only then does the stage of whoever asked complete. The stage of a change may complete on
 * any thread, that of the caller included. Stages fail only with {@link StoreException}; what the store may not do by
 * its {@link Limits} is an ordinary outcome, a {@link Refusal}.
 *
 * <p>A queue is there as soon as something is put in it. The store drops messages
 *
 * <ul>
 *   <li>whose time-to-live is over: from then on no read returns them, by the wall clock;
 *   <li>when a queue or the store is full: oldest first, and only those that {@link Intake#droppable} lets go;
 *   <li>when it is told to, by {@link #trim} and {@link #remove}.
 * </ul>
 *
 * Whatever it drops raises the floor of its queue, durably, but a message whose publisher had set the time-to-live
 * himself and that lived that long. A queue that does not exist has the floor of the last one of its kind that was
 * removed, so that a reader who comes back to it learns that there was something.
 *
 * <p>What is in a {@link QueueName#isTransient transient} queue is true only as long as the server runs, so a store
 * keeps it in memory and writes none of it to its medium. In all else such a queue is as any other: it has the limits
 * of its kind and counts towards those of the store; its messages take their offsets from the same counter, so a
 * counter that is to survive must not give out again after a crash what a transient message had; and when a store is
 * opened that was there before, the floor of the queue is the last offset given out, so that a reader who comes back to
 * it learns that there may have been something. Who follows it is kept as for any topic.
 *
 * <p>{@code StoreContract} in the tests says the same as a program; every store passes it unchanged.
 */
public interface Store extends AutoCloseable {
    /** The domain, as a store sees it. None of these calls blocks, and a store may hold its own lock around them. */
    interface Intake {
        /** A mailbox exists, with these positions. */
        void created(MailboxRecord mailbox);

        /** A queue was found when the store was opened, and this is the offset of its last message ever. */
        void found(QueueName queue, long last);

        /** These messages are stored and may be read; their offsets are above all that came before. */
        void stored(List<Message> messages);

        /**
         * Wakes those who wait for the messages. A store calls it after {@link #stored}, outside of every lock and in
         * no particular order, before it completes the publisher's stage.
         *
         * @return how many parked reads were woken
         */
        int wake(List<Message> messages);

        /** The mailbox follows the topic from that offset on. */
        void followed(String mailbox, String topic, long since);

        /** The mailbox no longer follows the topic. */
        void left(String mailbox, String topic);

        /** The queue has gone, and with it the mailbox or what the topic held. */
        void removed(QueueName queue);

        /** Up to which offset the messages of the queue may be dropped when space is needed. */
        long droppable(QueueName queue);

        /** Up to which offset a reader of the mailbox has proved to have the messages. */
        long acked(QueueName mailbox);

        /** Whether nobody uses an empty queue any more; after {@code true} its {@link #removed} must follow. */
        boolean idle(QueueName queue);
    }

    /** Where a mailbox's readers stand, to be found again after a restart. */
    record Positions(String mailbox, long handed, long acked) {}

    /** What a queue holds. */
    record Size(long messages, long bytes, long floor) {}

    /** What the whole store holds; {@code memory} is all that counts towards {@link Limits#storeBytes}. */
    record Totals(long messages, long bytes, long memory) {}

    /** Tells the intake of all that is there, and from then on of every change. To be called once, before all else. */
    void open(Intake intake);

    /** The incarnation of this store; cursors of another one mean nothing here. */
    String epoch();

    /** The highest offset given out so far, 0 at the beginning. */
    long last();

    /**
     * Stores the drafts, all or none, in their order and with consecutive offsets. A mailbox that does not exist is
     * created.
     *
     * @param key an idempotency key, or null: within {@link Limits#KEY_KEPT} the same key on the same queue gives the
     *     first receipt again and stores nothing
     */
    CompletionStage<Publication> append(QueueName queue, List<Draft> drafts, Key key);

    /**
     * Reads part of a queue as it is now. It may well return messages that the intake has not been told of yet.
     *
     * @param after the offset after which to begin
     * @param limit how many messages at most, 1 or more
     * @param bytes how many {@link Message#bytes} at most, but always one message
     */
    CompletionStage<Page> read(QueueName queue, long after, int limit, long bytes);

    /** Creates the mailbox unless it is there. The outcome is null, or why it could not be. */
    CompletionStage<Refusal> create(String mailbox);

    /**
     * Lets the mailbox, which is created unless it is there, follow a topic; if it does already nothing changes.
     *
     * @param since from which offset on, or -1 for the last one given out
     * @return null, or why it could not be
     */
    CompletionStage<Refusal> follow(String mailbox, String topic, long since);

    /** Ends the following of a topic. */
    CompletionStage<Void> leave(String mailbox, String topic);

    /** Removes a mailbox with its queue and its follows, or the queue of a topic. */
    CompletionStage<Void> remove(QueueName queue);

    /** Removes the queue if it is empty and {@link Intake#idle}. */
    CompletionStage<Void> removeIdle(QueueName queue);

    /** Keeps these positions; mailboxes that are not there are passed over. */
    CompletionStage<Void> save(List<Positions> positions);

    /** Drops the messages of the queue up to that offset. */
    CompletionStage<Void> trim(QueueName queue, long upTo);

    /** Drops what has expired in any queue, and idempotency keys that are no longer kept. */
    CompletionStage<Void> expire();

    /**
     * What the queue holds, without looking through it; zeros with its floor when it does not exist. Takes no lock
     * under which the intake is called.
     */
    Size size(QueueName queue);

    /** What the store holds. */
    Totals totals();

    /** Ends the store; nothing may be asked of it afterwards. */
    @Override
    void close();
}
