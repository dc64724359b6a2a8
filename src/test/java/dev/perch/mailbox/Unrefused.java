// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

/** The outlet of a read that must come to an answer. */
interface Unrefused extends Outlet {
    @Override
    default void refuse(Refusal refusal) {
        throw new AssertionError(refusal);
    }

    @Override
    default void broken(Throwable cause) {
        throw new AssertionError(cause);
    }
}
