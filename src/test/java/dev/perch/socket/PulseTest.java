// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.socket.Pulse.Due;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PulseTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long PING = 25 * SECOND;

    /** Near the end of the clock's numbers, which then go on below zero. */
    private final long start = Long.MAX_VALUE - 40 * SECOND;

    private final Pulse pulse = new Pulse(start, TimeUnit.SECONDS.toNanos(30));

    @Test
    void pingsAreEarlyByUpToATenth() {
        for (int i = 0; i < 1000; i++) {
            long delay = new Pulse(start, TimeUnit.SECONDS.toNanos(30)).delay(start);
            assertTrue(delay <= PING && delay > PING * 0.9 - 1, () -> "after " + delay);
        }
    }

    @Test
    void nothingIsDueBeforeItsTime() {
        assertEquals(Due.NOTHING, pulse.due(start, true));
        assertEquals(Due.PING, pulse.due(start + PING, true));
        assertEquals(Due.NOTHING, pulse.due(start + PING, true));
    }

    @Test
    void twoPingsWithoutAnyAnswerAreEnough() {
        assertEquals(Due.PING, pulse.due(start + PING, true));
        assertEquals(Due.PING, pulse.due(start + 2 * PING, true));
        assertEquals(Due.CLOSE, pulse.due(start + 3 * PING, true));
    }

    @Test
    void anySignOfLifeCountsAsAnAnswer() {
        for (int i = 1; i < 20; i++) {
            assertEquals(Due.PING, pulse.due(start + i * PING, true));
            if (i % 2 == 0) {
                pulse.heard();
            }
        }
    }

    @Test
    void pongsThatCouldNotBeReceivedAreNotMissed() {
        for (int i = 1; i < 10; i++) {
            assertEquals(Due.PING, pulse.due(start + i * PING, false));
        }
    }

    @Test
    void aWriteThatStandsStillForThirtySecondsIsTheEnd() {
        pulse.writes(start);
        pulse.writes(start + 5 * SECOND);
        pulse.wrote(start + 10 * SECOND);
        pulse.heard();
        assertEquals(Due.PING, pulse.due(start + PING, true));
        pulse.heard();
        assertEquals(15 * SECOND, pulse.delay(start + PING));
        assertEquals(Due.NOTHING, pulse.due(start + 40 * SECOND - 1, true));
        assertEquals(Due.CLOSE, pulse.due(start + 40 * SECOND, true));
    }

    @Test
    void aCloseFrameIsToBeAnsweredWithinFiveSeconds() {
        pulse.writes(start);
        pulse.closes(start + SECOND);
        assertEquals(5 * SECOND, pulse.delay(start + SECOND));
        assertEquals(Due.NOTHING, pulse.due(start + 6 * SECOND - 1, true));
        assertEquals(Due.BREAK, pulse.due(start + 6 * SECOND, true));
    }
}
