// SPDX-License-Identifier: Apache-2.0
/**
 * What sockets decide by themselves. What they do over a connection is tried in {@code dev.perch.http}, with the rest.
 */
package dev.perch.socket;
