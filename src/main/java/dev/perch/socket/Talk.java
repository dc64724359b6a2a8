// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

/** What becomes of the messages that a client sends on its socket. */
interface Talk {
    /** A message has come; {@link OpenSocket#done} or {@link OpenSocket#answer} must follow, on any thread. */
    void hear(Incoming.Whole message);
}
