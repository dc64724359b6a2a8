// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of mailboxes and topics. */
final class QueueNameTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"a", "Z", "0", "alice", "_broadcast", "a.b", "...", "~me", "me@example.org", "a:b", "-", "--x"})
    void namesAreMadeOfUnreservedCharacters(String name) {
        assertTrue(QueueName.isName(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "..", " ", "a b", "a/b", "a%20b", "a+b", "a\nb", "\u00e4", "a\u0000", "\uff41", "a,b"})
    void anythingElseIsNoName(String name) {
        assertFalse(QueueName.isName(name));
    }

    @Test
    void aNameHasAtMost128Characters() {
        assertTrue(QueueName.isName("x".repeat(128)));
        assertFalse(QueueName.isName("x".repeat(129)));
    }

    @Test
    void dotsAreAWordButNoName() {
        assertTrue(QueueName.isWord(".."));
        assertFalse(QueueName.isName(".."));
    }

    @Test
    void namesThatBeginWithAnUnderscoreAreReserved() {
        assertTrue(QueueName.isReserved(QueueName.BROADCAST.name()));
        assertFalse(QueueName.isReserved("a_b"));
    }

    @Test
    void aMailboxAndATopicOfOneNameAreDifferentQueues() {
        assertNotEquals(QueueName.mailbox("x"), QueueName.topic("x"));
        assertTrue(QueueName.mailbox("x").isMailbox());
        assertFalse(QueueName.topic("x").isMailbox());
        assertFalse(QueueName.BROADCAST.isMailbox());
    }

    @Test
    void theTextIsThePathInAUrl() {
        assertEquals("mailbox/alice", QueueName.mailbox("alice").toString());
        assertEquals("topic/news", QueueName.topic("news").toString());
    }

    @Test
    void nullIsRefused() {
        assertThrows(NullPointerException.class, () -> QueueName.mailbox(null));
        assertThrows(NullPointerException.class, () -> new QueueName(null, "x"));
    }
}
