// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.perch.format.Problem.Refused;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FormTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    */*                                         | JSON
                    application/json, text/plain, */*           | JSON
                    text/html,application/xhtml+xml,*/*;q=0.8   | JSON
                    text/plain                                  | TEXT
                    text/*                                      | TEXT
                    text/plain;q=0.5, application/json;q=0.4    | TEXT
                    application/*                               | JSON
                    text/event-stream                           | SSE
                    Text/Event-Stream                           | SSE
                    text/event-stream,*/*;q=0.8                 | SSE
                    text/event-stream, */*                      | SSE
                    text/event-stream;q=0.5, application/json   | JSON
                    text/event-stream;q=0, */*                  | JSON
                    application/x-ndjson                        | NDJSON
                    application/ndjson, application/json;q=0.9  | NDJSON
                    application/x-ndjson, text/event-stream     | SSE
                    text/plain ; x=y ; q=0.3,text/event-stream;charset=utf-8;q=0.4 | SSE
                    , text/plain;q=1.0, */*; q=0.1              | TEXT
                    """)
    void theFormIsTheBestThatIsAccepted(String accept, Form form) throws Refused {
        assertEquals(form, Form.of(null, accept));
        assertEquals(Form.NDJSON, Form.of("ndjson", accept));
    }

    /** What takes the square of its length would take hours here, and a thread of the server with it. */
    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b;", "a/b ", "a/b,", "a/b;q=", ";", " ", ",", "a/b;q=0.1,"})
    void whatIsAcceptedIsGoneThroughOnceHoweverLongItIs(String part) {
        String accept = part.repeat(1_000_000);
        assertEquals(Form.JSON, assertTimeoutPreemptively(Duration.ofMinutes(1), () -> Form.of(null, accept)));
    }

    @Test
    void withoutAWishItIsJsonAndAnUnknownOneIsRefused() throws Refused {
        assertEquals(Form.JSON, Form.of(null, null));
        assertEquals(Form.SSE, Form.of("sse", "application/json"));
        assertThrows(Refused.class, () -> Form.of("xml", null));
    }
}
