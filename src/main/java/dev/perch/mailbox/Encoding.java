// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

/** The port through which a message gets its JSON form; the domain itself knows no JSON. */
@FunctionalInterface
public interface Encoding {
    /** The message as one JSON object in UTF-8, without a line break. Called from any thread; must not block. */
    byte[] json(Message message);
}
