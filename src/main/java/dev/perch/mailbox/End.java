// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.Locale;

/** Why a read was answered although nothing came. */
public enum End {
    /** Its wait is over. */
    WAIT,
    /** A newer read of the same mailbox has taken its place. */
    SUPERSEDED,
    /** The server is about to stop. */
    DRAIN,
    /** What it reads was removed. */
    DELETED,
    /** The token of the request is over. */
    TOKEN,
    /** The client has closed its side of the connection. */
    GONE;

    /** The word for it on the wire. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
