// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.Locale;

/** Why a reader cannot get everything after the place it reads from. */
public enum Gap {
    /** Messages there were dropped. */
    RETENTION,
    /** The place belongs to another incarnation of the store, or lies ahead of this one. */
    EPOCH;

    /** The word for it on the wire. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
