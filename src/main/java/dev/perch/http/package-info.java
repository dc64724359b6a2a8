// SPDX-License-Identifier: Apache-2.0
/**
 * Perch over HTTP: servlets, parked polls, what a request says and how it is answered. With {@code dev.perch} the only
 * user of servlet and Jetty types. No thread waits here: bodies are read and answers written without blocking.
 */
package dev.perch.http;
