// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import dev.perch.access.Allowance;
import dev.perch.format.Drafts;
import java.time.Duration;

/**
 * The bounds of sockets.
 *
 * @param maxMessage what a client may send in one message, in bytes
 * @param maxOpen sockets and other reads open at once, in all
 * @param maxTopics further topics that one socket reads
 * @param stall how long a client may take nothing
 * @param bounds of what is in a message
 * @param allowance for all messages of which a part has come
 */
public record SocketSettings(
        int maxMessage, int maxOpen, int maxTopics, Duration stall, Drafts.Bounds bounds, Allowance allowance) {}
