// SPDX-License-Identifier: Apache-2.0
/**
 * What lies under a request: the connections it comes on, their encryption and protocols, how long a client may keep
 * them waiting, and the threads that serve them. What a request asks for is not known here.
 */
package dev.perch.connection;
