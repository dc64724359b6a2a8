// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.QueueName;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What paths name, and what is said of those that name nothing. */
final class RouteTest {
    private static String refusal(String path) {
        Refused refused = assertThrows(Refused.class, () -> Route.of(path), path);
        assertEquals(Problem.NOT_FOUND, refused.problem(), path);
        return refused.getMessage();
    }

    @Test
    void aSlashTooManyIsNamed() {
        for (String path : List.of("/mailbox/a/", "/topic/news/", "/mailbox/a/status/", "/mailbox/a/topic/news/")) {
            assertEquals("the path ends in a slash; leave it out", refusal(path), path);
        }
    }

    @Test
    void whoAsksForWhatThereIsNotIsToldWhatThereIs() {
        for (String path : List.of("/mailbox", "/mailboxes/a", "/mailbox/a/b", "/topic/a/topic/b", "/a/b/c/d/e")) {
            assertTrue(refusal(path).startsWith("there are /mailbox/{name}, "), path);
        }
    }

    @Test
    void aPlusIsNoSpace() throws Refused {
        assertEquals(QueueName.mailbox("a:b"), Route.of("/mailbox/a%3Ab").queue());
        Refused refused = assertThrows(Refused.class, () -> Route.of("/mailbox/a+b"));
        assertEquals(Problem.BAD_NAME, refused.problem());
    }
}
