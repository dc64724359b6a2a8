// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Message;
import java.util.List;

/** Where the messages of one queue lie, as a turn sees and changes them. For the writer's thread. */
interface Rows {
    void insert(Message message, Draft draft);

    void delete(long offset);

    /** The oldest messages behind an offset, not more than so many. */
    List<Slip> after(long offset, int most);

    /** The messages up to an offset, oldest first; not for those who ask when they expire. */
    List<Slip> upTo(long offset);

    /** The messages that have expired. */
    List<Slip> expired(long millis);

    /** The offset of the newest message; there is one. */
    long last();

    /** Brings what lies there of the queue itself up to date. */
    void update(QueueRow row);

    /** Everything goes, and the queue itself. */
    void remove();
}
