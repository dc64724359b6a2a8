// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What a message counts for. */
final class DraftTest {
    private static Draft draft(String contentType) {
        return new Draft(contentType, new byte[3], "said", "bob", null, null, 0);
    }

    @Test
    void theBodyAndTheWordsOfAMessageCount() {
        assertEquals(3 + 4 + 3, draft("text/plain;charset=utf-8").bytes());
    }

    /** Else the limits would let in many times the memory that they stand for. */
    @Test
    void aMediaTypeThatIsLongCountsToo() {
        assertEquals(3 + 4 + 3 + 136, draft("x/" + "a".repeat(198)).bytes());
    }
}
