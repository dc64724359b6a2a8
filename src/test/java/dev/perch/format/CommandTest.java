// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.perch.format.Problem.Refused;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandTest {
    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    private static String sent(String data, int depth) throws Refused {
        String text = "{\"to\":\"mailbox/bob\",\"data\":" + data + "}";
        Drafts.Bounds bounds = new Drafts.Bounds(depth, 1);
        return new String(Command.parse(text, bounds).drafts().get(0).body(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 255, 1000})
    void aMessageMayBeAsDeepAsIfItWereSentByItself(int depth) throws Refused {
        assertEquals(nested(depth), sent(nested(depth), depth));
        Refused deeper = assertThrows(Refused.class, () -> sent(nested(depth + 1), depth));
        assertEquals(Problem.BAD_BODY, deeper.problem());
    }

    @Test
    void aTextInAStringIsText() throws Refused {
        assertEquals("hello", sent("\"hello\"", 1));
    }
}
