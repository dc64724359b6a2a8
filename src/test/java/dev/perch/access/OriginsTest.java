// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class OriginsTest {
    private final Origins none = new Origins(List.of());
    private final Origins any = new Origins(List.of("*"));
    private final Origins some = new Origins(List.of("https://A.example:443", "http://b.example:8080", "null"));

    @Test
    void onlyWhatIsListedIsAllowed() {
        assertTrue(some.allows("https://a.example"));
        assertTrue(some.allows("http://b.example:8080"));
        assertTrue(some.allows("null"));
        assertFalse(some.allows("http://a.example"));
        assertFalse(some.allows("http://b.example"));
        assertFalse(some.allows("https://a.example.org"));
        assertFalse(some.allows("*"));
        assertFalse(none.allows("https://a.example"));
        assertTrue(any.allows("https://a.example"));
        assertTrue(none.isEmpty());
        assertTrue(any.isAny());
    }

    @Test
    void aRequestThatNobodyAskedForMustComeFromNoPageOrAnOwnOneOrAListedOne() {
        assertTrue(none.allows(null, "localhost:8080"));
        assertTrue(none.allows("http://localhost:8080", "localhost:8080"));
        assertTrue(none.allows("https://Chat.example", "chat.example"));
        assertFalse(none.allows("http://localhost", "localhost:8080"));
        assertFalse(none.allows("http://localhost:8080.evil", "localhost:8080"));
        assertFalse(none.allows("null", "null"));
        assertFalse(none.allows("http://localhost:8080", null));
        assertTrue(some.allows("https://a.example", "localhost:8080"));
    }

    @Test
    void anOriginHasNoPath() {
        for (String good : List.of("*", "null", "https://a.example", "http://localhost:8080", "http://[::1]:80")) {
            assertTrue(Origins.isOrigin(good), good);
        }
        for (String bad :
                List.of("", "a.example", "https://a.example/", "https://*.example", "https://", "http://a b")) {
            assertFalse(Origins.isOrigin(bad), bad);
        }
    }
}
