// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.function.ToIntFunction;

/**
 * How much one answer may hold.
 *
 * @param limit how many messages at most, 1 or more
 * @param bytes how much at most, by {@code weight}, but always one message
 * @param weight what a message weighs in the view that will show it, in bytes
 */
public record Portion(int limit, long bytes, ToIntFunction<Message> weight) {
    /** Refuses a portion that could never hold anything. */
    public Portion {
        if (limit < 1) {
            throw new IllegalArgumentException("limit " + limit);
        }
    }
}
