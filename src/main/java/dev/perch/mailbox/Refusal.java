// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

/** Why the store did not take what it was given, of which nothing will be delivered, or why nothing can be read. */
public enum Refusal implements Publication {
    /** The mailbox is full of messages that nobody has been handed yet. */
    MAILBOX_FULL,
    /** The whole store is full, and nothing in it may give way. */
    STORE_FULL,
    /** The batch is larger than an empty queue. */
    NEVER_FITS,
    /** The same idempotency key was used for other content. */
    KEY_REUSED,
    /** There are as many mailboxes as there may be. */
    TOO_MANY_MAILBOXES,
    /** The mailbox follows as many topics as it may. */
    TOO_MANY_TOPICS,
    /** Who is online is not told, since the server was not asked to. */
    PRESENCE_NOT_TOLD,
    /** The figures of the server are not told, since it was not asked to. */
    STATS_NOT_TOLD,
    /** A topic with a name of the server's own, on which it never says anything. */
    RESERVED
}
