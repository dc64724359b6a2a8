// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import java.util.function.Consumer;

/**
 * The messages of one queue, as far as it matters who gives way: oldest first. What it drops leaves the ledger, too.
 */
interface Shelf {
    /** One that holds nothing. */
    Shelf EMPTY = new Shelf() {
        @Override
        public long count() {
            return 0;
        }

        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public int surplus(long droppable, Room room) {
            return room.suffices(0, 0) ? 0 : -1;
        }

        @Override
        public void dropOldest(int count, long millis) {}

        @Override
        public void dropUpTo(long offset, long millis) {}

        @Override
        public void dropExpired(long millis) {}

        @Override
        public void forEachUpTo(long offset, Consumer<Slip> action) {}
    };

    /** What must be true of the messages that stay, so that others can be added. */
    interface Room {
        boolean suffices(long count, long bytes);
    }

    /** How many messages there are. */
    long count();

    /** How many {@link dev.perch.mailbox.Message#bytes} they have together. */
    long bytes();

    /** How many of the oldest messages, up to the offset, must go so that there is room; -1 when there cannot be. */
    int surplus(long droppable, Room room);

    /** Drops the oldest messages. */
    void dropOldest(int count, long millis);

    /** Drops the messages up to an offset. */
    void dropUpTo(long offset, long millis);

    /** Drops what has expired. */
    void dropExpired(long millis);

    /** Shows the messages up to an offset, oldest first. */
    void forEachUpTo(long offset, Consumer<Slip> action);

    /**
     * The floor after a message is dropped.
     *
     * @param offset that of the message
     * @param ranOut whether it has lived as long as its publisher wished: then nobody misses it
     */
    static long floor(long floor, long offset, boolean ranOut) {
        return ranOut ? floor : Math.max(floor, offset);
    }
}
