// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

/** The reserved topics that can be read only where the server was asked to tell what is on them. */
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
        if (queue.equals(QueueName.PRESENCE) && !presence) {
            return Refusal.PRESENCE_NOT_TOLD;
        }
        return queue.equals(QueueName.STATS) && !stats ? Refusal.STATS_NOT_TOLD : null;
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
