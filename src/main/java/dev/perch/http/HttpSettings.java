// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

/**
 * The bounds of what comes in over HTTP.
 *
 * @param maxBody of a publish, in bytes
 * @param maxParked polls parked at once, in all
 * @param maxTopics further topics in one read
 */
public record HttpSettings(int maxBody, int maxParked, int maxTopics) {}
