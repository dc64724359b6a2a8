// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"1", "-0.5e10", "\"a\"", "null", "true", "[]", "{}", "[1,[2,{\"a\":[]}]]", " {\"a\" : 1}\n"})
    void everyKindOfValueIsJson(String text) {
        assertDoesNotThrow(() -> Json.check(text, 255));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1,]",
                "{\"a\":}",
                "{a:1}",
                "'a'",
                "01",
                "1 2",
                "tru",
                "\"a",
                "[1}",
                "{\"a\" 1}",
                "nul",
                "\"\\x\"",
                "\"\u0001\"",
                "NaN",
                "//c\n1",
                "{\"a\":1,}",
                "TRUE",
                "\uFEFF1",
                "\uFEFF{}"
            })
    void whatIsNotJsonIsRefused(String text) {
        assertThrows(Json.MalformedJson.class, () -> Json.check(text, 255));
    }

    @Test
    void deepNestingIsRefusedWithoutDeepRecursion() {
        String deep = "[".repeat(10_000) + "]".repeat(10_000);
        assertThrows(Json.MalformedJson.class, () -> Json.check(deep, 255));
        assertDoesNotThrow(() -> Json.check("[".repeat(255) + "]".repeat(255), 255));
    }

    @Test
    void theReasonIsOneLineWithoutAdviceForProgrammers() {
        String reason = assertThrows(Json.MalformedJson.class, () -> Json.check("{a:1}", 255))
                .getMessage();
        assertFalse(reason.contains("\n"), reason);
        assertFalse(reason.contains("JsonReader"), reason);
        assertFalse(reason.contains("http"), reason);
    }

    @Test
    void compactTakesWhiteSpaceOutBetweenPartsOnly() {
        assertEquals("{\"a b\":[1,\" \\\" x\\\\\",2]}", Json.compact("{ \"a b\" : [ 1,\n\" \\\" x\\\\\" ,\t2 ] }\r\n"));
    }

    @Test
    void objectsLeaveOutWhatIsNull() {
        assertEquals("{\"b\":1}", Json.object(object -> object.add("a", (String) null)
                .add("b", 1)));
    }
}
