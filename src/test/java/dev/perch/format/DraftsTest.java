// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Draft;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What drafts of equal bodies have in common. */
class DraftsTest {
    private static Drafts drafts(String contentType) throws Refused {
        return new Drafts(contentType, new Parameters(null, name -> null), new Drafts.Bounds(10, 10));
    }

    @Test
    void plainTextsShareOneContentType() throws Exception {
        List<String> types = new ArrayList<>();
        for (String declared : new String[] {null, "", "text/plain"}) {
            Drafts drafts = drafts(declared);
            for (Draft draft : drafts.of(new byte[] {'a'})) {
                types.add(draft.contentType());
            }
        }
        assertEquals(3, types.size());
        assertEquals("text/plain;charset=utf-8", types.get(0));
        assertSame(types.get(0), types.get(1));
        assertSame(types.get(0), types.get(2));
    }

    @Test
    void jsonLinesAreKnownByEachOfTheirNames() throws Exception {
        for (String type : List.of(
                "application/x-ndjson",
                "application/ndjson",
                "application/jsonl",
                "application/x-jsonlines;charset=utf-8")) {
            Drafts drafts = drafts(type);
            assertEquals(2, drafts.of("1\n2".getBytes(UTF_8)).size(), type);
        }
    }

    /** A second one would stand in the answers to all readers, who could then parse none of it. */
    @Test
    void aByteOrderMarkIsTakenOffTheBodyAndRefusedElsewhere() throws Exception {
        for (String type : List.of("application/json", "application/x-ndjson")) {
            Drafts drafts = drafts(type);
            assertArrayEquals(
                    new byte[] {'1'},
                    drafts.of("\uFEFF1".getBytes(UTF_8)).get(0).body(),
                    type);
            assertThrows(Refused.class, () -> drafts.of("\uFEFF\uFEFF1".getBytes(UTF_8)), type);
            assertThrows(Refused.class, () -> drafts.of("1\n\uFEFF2".getBytes(UTF_8)), type);
        }
    }

    private static String formMessage(String charset, String form) throws Refused {
        Drafts drafts = drafts("application/x-www-form-urlencoded" + charset);
        return new String(drafts.of(form.getBytes(UTF_8)).get(0).body(), UTF_8);
    }

    @Test
    void theFieldOfAFormIsInTheCharsetOfTheForm() throws Exception {
        assertEquals("caf\u00e9 + \u20ac", formMessage("", "message=caf%C3%a9+%2B+\u20ac&a=%E9"));
        assertEquals("caf\u00e9", formMessage(";charset=iso-8859-1", "message=caf%E9"));
        assertEquals("", formMessage("", "message="));
    }

    /** It would be stored with other characters than were meant. */
    @Test
    void theFieldOfAFormThatIsNotInItsCharsetIsRefused() {
        for (String wrong : List.of("caf%E9", "%ff", "%C3", "100% sure", "%", "%4", "%+1")) {
            Refused refused = assertThrows(Refused.class, () -> formMessage("", "message=" + wrong), wrong);
            assertEquals(Problem.BAD_BODY, refused.problem(), wrong);
        }
    }

    @Test
    void jsonThatSaysItIsUtf8IsTakenUnderEachNameOfThat() throws Exception {
        for (String name : List.of("utf-8", "UTF-8", "utf8", "\"UTF8\"")) {
            assertEquals(
                    1,
                    drafts("application/json; charset=" + name)
                            .of(new byte[] {'1'})
                            .size(),
                    name);
        }
        assertThrows(
                Refused.class, () -> drafts("application/json; charset=latin1").of(new byte[] {'1'}));
    }

    /** It is kept with each message, and would not go into the header of an answer. */
    @Test
    void aContentTypeThatIsTooLongIsRefused() throws Exception {
        String longest = "image/" + "x".repeat(249);
        assertEquals(longest, drafts(longest).of(new byte[1]).get(0).contentType());
        Refused refused =
                assertThrows(Refused.class, () -> drafts(longest + "x").of(new byte[1]));
        assertEquals(Problem.UNSUPPORTED, refused.problem());
    }
}
