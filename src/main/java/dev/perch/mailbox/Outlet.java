// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

/**
 * Where the outcome of a read goes. {@link #began} may come first; then one of the last three is called, once, on any
 * thread. None of them may block or throw.
 */
public interface Outlet {
    /** The read is under way and may be ended from outside. Not called for a read that is refused or broken at once. */
    void began(Reader reader);

    /** The read has found nothing and begins to wait, unless it is ended at the same time; called once at most. */
    default void waits() {}

    /** The read has been parked for {@link Reader#LONG_NANOS} and goes on: whoever waits for it may have gone. */
    default void lasts() {}

    /** The read is over. A view that then fails to hand the batch on calls {@link Reader#failed}. */
    void answer(Batch batch);

    /** The read could not be carried out. */
    void refuse(Refusal refusal);

    /** The store is not readable. */
    void broken(Throwable cause);
}
