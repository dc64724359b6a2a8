// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Message;

/** Where a turn writes what becomes of one queue. For the writer's thread. */
interface Rows {
    /** Those of a transient queue: such messages are nowhere but in memory. */
    Rows NOWHERE = new Rows() {
        @Override
        public void insert(Message message, Draft draft) {}

        @Override
        public boolean confirms(long offset) {
            return true;
        }

        @Override
        public void delete(long offset) {}

        @Override
        public void update(QueueRow row) {}

        @Override
        public void remove() {}
    };

    void insert(Message message, Draft draft);

    /** Whether the message is what it was: what is known of it in memory may have been read from a damaged page. */
    boolean confirms(long offset);

    void delete(long offset);

    /** Brings the queue's own row up to date. */
    void update(QueueRow row);

    /** The queue goes, with all that is known of it but its messages, which are deleted one by one. */
    void remove();
}
