// SPDX-License-Identifier: Apache-2.0
/**
 * Perch over HTTP: servlets, parked polls, what a request says and how it is answered. With the sockets the only user
 * of servlets. No thread waits here: bodies are read and answers written without blocking.
 */
package dev.perch.http;
