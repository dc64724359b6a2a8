// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

/**
 * What a client hears that has gone over a limit of its own.
 *
 * @param isRate whether it was too fast; else it waits in too many requests
 * @param advice what it can do
 * @param retrySeconds when it is worth another attempt
 * @param policy the limit, and {@code state} what is left of it: the fields {@code RateLimit-Policy} and
 *     {@code RateLimit} of draft-ietf-httpapi-ratelimit-headers-10
 */
public record Excess(boolean isRate, String advice, long retrySeconds, String policy, String state) {
    /** The request attribute under which one lies of which its client is told later. */
    public static final String ATTRIBUTE = Excess.class.getName();
}
