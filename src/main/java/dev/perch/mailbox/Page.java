// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.List;

/**
 * A part of one queue, with the floor as it stood at the same instant.
 *
 * @param messages in offset order, none of them expired
 * @param end how far the queue was looked through: the offset of the last message looked at when there is more behind
 *     it, {@link Long#MAX_VALUE} when there is none
 * @param floor the highest offset that the queue has dropped and a reader may miss
 */
public record Page(List<Message> messages, long end, long floor) {}
