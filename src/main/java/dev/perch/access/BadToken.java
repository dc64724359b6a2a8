// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

/** A token that is not accepted. The message may be shown to whoever sent it. */
public final class BadToken extends Exception {
    private static final long serialVersionUID = 1L;

    BadToken(String message) {
        super(message, null, false, false);
    }
}
