// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

/** The store could not do what it was asked, for reasons that lie outside: its medium, its server. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean unknown;

    /** Nothing was changed. With a sentence for the operator. */
    public StoreException(String message, Throwable cause) {
        this(message, cause, false);
    }

    /**
     * With a sentence for the operator.
     *
     * @param unknown whether the change may have been made all the same
     */
    public StoreException(String message, Throwable cause, boolean unknown) {
        super(message, cause);
        this.unknown = unknown;
    }

    /** Whether nobody can say if the change was made; a publisher may then repeat it under the same key. */
    public boolean isUnknown() {
        return unknown;
    }
}
