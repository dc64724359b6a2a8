// SPDX-License-Identifier: Apache-2.0
package dev.perch.metrics;

import java.util.List;
import java.util.Map;

/**
 * What the meters stand at, for those who look every second. All counts began with the process.
 *
 * @param publishes messages stored
 * @param deliveries messages given to readers
 * @param lost answers with messages that could not be written
 * @param connections open now
 * @param parked how many wait now: a number for each kind of poll, for streams, sockets, and publishers
 * @param refusals requests refused, by the code of the reason
 * @param delays how many deliveries to readers that were waiting took at most as long as each of {@link #DELAYS}; the
 *     last number is that of all
 */
public record Figures(
        long publishes,
        long deliveries,
        long lost,
        long connections,
        Map<String, Long> parked,
        Map<String, Long> refusals,
        List<Long> delays) {
    /** Milliseconds from publish to the answer. */
    public static final List<Long> DELAYS = List.of(1L, 2L, 5L, 10L, 20L, 50L, 100L, 200L, 500L, 1000L, 2000L, 5000L);
}
