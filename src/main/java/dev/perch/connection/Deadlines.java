// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import java.time.Duration;

/**
 * How long a client may keep the server waiting.
 *
 * @param header from the first byte of a request to the end of its header; and for the handshake of a connection
 * @param body from the end of the header to the end of the body
 * @param write while nothing is taken of what is written
 */
public record Deadlines(Duration header, Duration body, Duration write) {}
