// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

/**
 * An ask: a message whose publisher waits for a reply to it.
 *
 * @param id under which the reply comes: 22 characters of base64url (RFC 4648 section 5) that stand for 128 random bits
 * @param reply what is waited for; as long as it is not over, the ask is open
 */
public record Ask(String id, Expectation<Draft> reply) {
    private static final int ID_LENGTH = 22;

    /** Whether the text can be an id. */
    public static boolean isId(String text) {
        return text.length() == ID_LENGTH && text.chars().allMatch(c -> c < 0x80 && isBase64Url((char) c));
    }

    private static boolean isBase64Url(char c) {
        return Character.isLetterOrDigit(c) || c == '-' || c == '_';
    }
}
