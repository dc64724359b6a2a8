// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

/** Which reserved topics can be read: broadcast, and those of which the server was asked to tell. */
final class ToldTopics {
    private final boolean presence;
    private volatile boolean stats;

    /** Those of a server that tells who is online, or does not. */
    ToldTopics(boolean presence) {
        this.presence = presence;
    }

    void tellStats() {
        stats = true;
    }

    /** Why the queue cannot be read, or null. */
    Refusal unreadable(QueueName queue) {
        if (queue.isMailbox() || !QueueName.isReserved(queue.name()) || queue.equals(QueueName.BROADCAST)) {
            return null;
        }
        if (queue.equals(QueueName.PRESENCE)) {
            return presence ? null : Refusal.PRESENCE_NOT_TOLD;
        }
        if (queue.equals(QueueName.STATS)) {
            return stats ? null : Refusal.STATS_NOT_TOLD;
        }
        return Refusal.RESERVED;
    }

    /** Why a queue that is read cannot be, or null. */
    Refusal unreadable(Reading reading) {
        Refusal refusal = unreadable(reading.queue());
        for (String topic : reading.topics()) {
            refusal = refusal == null ? unreadable(QueueName.topic(topic)) : refusal;
        }
        return refusal;
    }
}
