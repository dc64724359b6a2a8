// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

/**
 * The bounds of sockets.
 *
 * @param maxMessage what a client may send in one message, in bytes
 * @param maxOpen sockets and other reads open at once, in all
 * @param maxTopics further topics that one socket reads
 */
public record SocketSettings(int maxMessage, int maxOpen, int maxTopics) {}
