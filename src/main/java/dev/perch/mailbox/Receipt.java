// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

/**
 * The store has the messages. A store keeps the receipt of a publish with an idempotency key and gives the same one to
 * whoever repeats it.
 */
public final class Receipt implements Publication {
    private final Cursor id;
    private final int count;
    private volatile int woken;

    /**
     * A receipt for messages with consecutive offsets.
     *
     * @param id the id of the last of them
     * @param count how many there are
     */
    public Receipt(Cursor id, int count) {
        this.id = id;
        this.count = count;
    }

    /** The id of the last message stored. */
    public Cursor id() {
        return id;
    }

    /** How many messages were stored. */
    public int count() {
        return count;
    }

    /** How many parked reads were woken for them. */
    public int woken() {
        return woken;
    }

    /** To be called once by the store, before the publisher is answered. */
    public void woken(int count) {
        woken = count;
    }
}
