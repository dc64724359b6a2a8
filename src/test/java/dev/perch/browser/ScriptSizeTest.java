// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scripts that every page has to load stay small, and run where nothing may be evaluated. */
final class ScriptSizeTest {
    @ParameterizedTest
    @CsvSource({"perch.min.js,8000", "perch-legacy.min.js,5000"})
    void aScriptThatPagesLoadIsSmall(String name, int most) throws IOException {
        byte[] script = read(name);
        assertTrue(script.length <= most, () -> name + " has " + script.length + " bytes, and may have " + most);
    }

    @ParameterizedTest
    @CsvSource({"perch.js", "perch-legacy.js", "perch.min.js", "perch-legacy.min.js"})
    void noTextIsRunAsCode(String name) throws IOException {
        String script = new String(read(name), StandardCharsets.UTF_8);
        assertFalse(script.matches("(?s).*\\beval\\s*\\(.*|.*\\bnew Function\\b.*|.*[^.]\\bFunction\\s*\\(.*"), name);
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream script = ScriptSizeTest.class.getResourceAsStream("/webapp/" + name)) {
            return script.readAllBytes();
        }
    }
}
