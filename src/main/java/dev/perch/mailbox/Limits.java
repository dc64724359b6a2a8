// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.time.Duration;

/**
 * How much is kept and for how long.
 *
 * @param mailboxMessages messages in one mailbox
 * @param mailboxBytes bytes in one mailbox
 * @param topicMessages messages in one topic, or in broadcast
 * @param topicBytes bytes in one topic, or in broadcast
 * @param storeMessages messages in the whole store
 * @param storeBytes bytes of memory for all messages, their JSON forms and {@link Message#OVERHEAD} each
 * @param mailboxes how many mailboxes there may be
 * @param topicsPerMailbox how many topics one mailbox may follow
 * @param parkedPerMailbox how many reads with a cursor may be parked on one mailbox
 * @param ttl the time-to-live of a message whose publisher set none
 * @param ackedKept how long an acknowledged message stays for a second reader that lags
 * @param idleMailbox how long a mailbox that keeps no messages stays after its last use
 */
public record Limits(
        int mailboxMessages,
        long mailboxBytes,
        int topicMessages,
        long topicBytes,
        long storeMessages,
        long storeBytes,
        int mailboxes,
        int topicsPerMailbox,
        int parkedPerMailbox,
        Duration ttl,
        Duration ackedKept,
        Duration idleMailbox) {
    /** How long an idempotency key is remembered. */
    public static final Duration KEY_KEPT = Duration.ofMinutes(5);

    /** The longest time-to-live that a publisher may ask for. */
    public static final Duration MAX_TTL = Duration.ofDays(30);

    /** How many messages a queue of this kind may hold. */
    public int messages(QueueName queue) {
        return queue.isMailbox() ? mailboxMessages : topicMessages;
    }

    /** How many bytes a queue of this kind may hold. */
    public long bytes(QueueName queue) {
        return queue.isMailbox() ? mailboxBytes : topicBytes;
    }
}
