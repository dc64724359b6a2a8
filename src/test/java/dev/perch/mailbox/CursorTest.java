// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text form of a cursor. */
final class CursorTest {
    @Test
    void theTextIsEpochDotOffset() {
        assertEquals("k3f.17", new Cursor("k3f", 17, false).toString());
    }

    @Test
    void theTextOfAWatchingCursorEndsInW() {
        assertEquals("k3f.17-w", new Cursor("k3f", 17, true).toString());
    }

    @Test
    void itIsFoundAgainFromItsText() {
        for (boolean watch : new boolean[] {false, true}) {
            for (long offset : new long[] {0, 1, 10, 999_999_999_999_999_999L}) {
                Cursor cursor = new Cursor("0aZ9", offset, watch);
                assertEquals(Optional.of(cursor), Cursor.parse(cursor.toString()));
            }
        }
    }

    @Test
    void theLongestHasAtMost64CharactersThatNeedNoQuoting() {
        String longest = new Cursor("x".repeat(32), 999_999_999_999_999_999L, true).toString();
        assertTrue(Pattern.matches("[A-Za-z0-9._-]{1,64}", longest), longest);
        assertTrue(Cursor.parse(longest).isPresent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "17",
                "k3f",
                "k3f.",
                ".17",
                "k3f.-1",
                "k3f.+1",
                "k3f.01",
                "k3f.1.2",
                "k3f.1-W",
                "k3f.1-",
                "k3f.1-w-w",
                "k3f.1w",
                " k3f.1",
                "k3f.1 ",
                "k3f.1\n",
                "k_f.1",
                "k\u00e4f.1",
                "k3f.\u0661",
                "k3f.1000000000000000000",
                "k3f.99999999999999999999",
                "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.1",
                "start",
                "now"
            })
    void whatIsNoCursorIsNotTakenForOne(String text) {
        assertEquals(Optional.empty(), Cursor.parse(text));
    }
}
