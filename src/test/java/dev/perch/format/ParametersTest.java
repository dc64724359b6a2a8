// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Reading.Start;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the query may say. */
final class ParametersTest {
    private static Parameters parameters(String query) throws Refused {
        return new Parameters(query, name -> null);
    }

    @Test
    void aSwitchIsOnWithOneAndOffWithNoughtOrNothing() throws Refused {
        assertTrue(parameters("json=1").isOn("json"));
        for (String off : List.of("json=0", "json=", "json", "other=1", "")) {
            assertFalse(parameters(off).isOn("json"), off);
        }
    }

    /** It would be taken for a no, and JSON be stored as text. */
    @Test
    void aSwitchThatSaysSomethingElseIsRefused() {
        for (String wrong : List.of("json=true", "json=yes", "json=2", "json=on", "json=01")) {
            Refused refused =
                    assertThrows(Refused.class, () -> parameters(wrong).isOn("json"), wrong);
            assertEquals("json must be 1, or not there", refused.getMessage());
        }
    }

    /** What takes the square of its length would take hours here, and a thread of the server with it. */
    @ParameterizedTest
    @ValueSource(strings = {"a", " ", "-gzip", "\"", ",", "W/", "a "})
    void anEntityTagIsGoneThroughOnceHoweverLongItIs(String part) {
        String tag = "\"a" + part.repeat(1_000_000) + "x\"y";
        Start start = assertTimeoutPreemptively(
                Duration.ofMinutes(1), () -> new Parameters(null, Map.of("If-None-Match", tag)::get).start());
        assertEquals(new Start.Elsewhere(), start);
    }
}
