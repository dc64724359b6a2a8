// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

/** Keys that cannot be read or used. The message says why, and holds nothing of a secret. */
public final class UnusableKeys extends Exception {
    private static final long serialVersionUID = 1L;

    /** For that reason. */
    public UnusableKeys(String message) {
        super(message);
    }
}
