// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

/**
 * What must be known of a message to drop it.
 *
 * @param offset its offset
 * @param bytes how many bytes become free
 * @param expires when its time-to-live ends, in milliseconds since 1970
 * @param ownTtl whether its publisher set that
 */
record Slip(long offset, long bytes, long expires, boolean ownTtl) {}
