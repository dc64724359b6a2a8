// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentTypeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "text/plain;charset=utf-8",
                "text/plain; charset=utf-8",
                "text/plain;charset=UTF-8",
                "application/json",
                "application/x-www-form-urlencoded"
            })
    void whatMostMessagesHaveIsTakenApartOnceAndLikeAnyOther(String usual) {
        assertSame(ContentType.parse(usual), ContentType.parse(usual));
        assertEquals(ContentType.parse(usual + " "), ContentType.parse(usual));
    }
}
