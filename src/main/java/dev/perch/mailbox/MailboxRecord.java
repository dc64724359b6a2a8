// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.Map;

/**
 * A mailbox as a store keeps it.
 *
 * @param name its name
 * @param since the offset at which it was created: it follows broadcast from there
 * @param handed how far messages have been given to its readers
 * @param acked how far a reader has proved to have them
 * @param follows the topics it follows, each with the offset from which it does
 */
public record MailboxRecord(String name, long since, long handed, long acked, Map<String, Long> follows) {
    /** A mailbox that is created when the store's last offset is this one. */
    public static MailboxRecord created(String name, long offset) {
        return new MailboxRecord(name, offset, offset, offset, Map.of());
    }
}
