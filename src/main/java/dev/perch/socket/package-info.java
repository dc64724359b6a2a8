// SPDX-License-Identifier: Apache-2.0
/**
 * Perch over WebSocket (RFC 6455). A socket is a view like the others: it reads after a place, writes what came, one
 * frame after the other, and reads on; when there is nothing its read is parked. It keeps no queue of its own. With
 * {@code dev.perch.http} and {@code dev.perch} the only user of Jetty types. No thread waits here.
 *
 * <p>Where the messages of its client go to depends on the {@link dev.perch.socket.Dialect}. So many of them are dealt
 * with at once and no more: the next frame is asked for when one of them has been answered and the answer is written.
 */
package dev.perch.socket;
