// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

/** The store could not do what it was asked, for reasons that lie outside: its medium, its server. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a sentence for the operator's log. */
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
