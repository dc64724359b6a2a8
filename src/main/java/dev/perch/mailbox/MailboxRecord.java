// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.Map;

/**
 * A mailbox as a store keeps it.
 *
 * @param queue its queue, which has its name
 * @param since the offset at which it was created: it follows broadcast from there
 * @param handed how far messages have been given to its readers
 * @param acked how far a reader has proved to have them
 * @param follows the topics it follows, each with the offset from which it does
 */
public record MailboxRecord(QueueName queue, long since, long handed, long acked, Map<String, Long> follows) {
    /** The same with the name alone. */
    public MailboxRecord(String name, long since, long handed, long acked, Map<String, Long> follows) {
        this(QueueName.mailbox(name), since, handed, acked, follows);
    }

    /** A mailbox that is created when the store's last offset is this one. */
    public static MailboxRecord created(QueueName queue, long offset) {
        return new MailboxRecord(queue, offset, offset, offset, Map.of());
    }

    /** The same with the name alone. */
    public static MailboxRecord created(String name, long offset) {
        return created(QueueName.mailbox(name), offset);
    }

    /** Its name. */
    public String name() {
        return queue.name();
    }
}
