// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

/** What became of an attempt to take messages from a mailbox. */
enum Claim {
    /** They are the reader's, who answers. */
    WON,
    /** Somebody else was handed them meanwhile. */
    LOOK_AGAIN,
    /** The read has been ended. */
    OVER
}
