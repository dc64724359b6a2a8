// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

/**
 * One of the queues that a read looks at.
 *
 * @param queue the queue
 * @param since the offset after which its messages concern this reader
 * @param extra whether it was asked for by this read alone, so that the mailbox's positions do not follow it
 */
record Source(Queue queue, long since, boolean extra) {
    /** Whether something may be there for a reader that stands at this position. */
    boolean reaches(long position) {
        return queue.last() > Math.max(position, since);
    }
}
