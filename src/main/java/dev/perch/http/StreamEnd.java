// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.End;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Why a stream ends.
 *
 * @param word for it on the wire
 * @param end how the read that is under way ends
 * @param pauseMillis after which its client shall come back, about, in milliseconds
 */
record StreamEnd(String word, End end, long pauseMillis) {
    /** When a client shall come back whose connection broke, in milliseconds. */
    private static final long USUAL_PAUSE = 2000;
    /** Its time was up and nothing is wrong. */
    private static final long SHORT_PAUSE = 500;
    /** What it reads is taken by others, or gone; or its page has to get a token first. */
    private static final long LONG_PAUSE = 30_000;

    static StreamEnd of(End end) {
        return new StreamEnd(
                end.word(),
                end,
                switch (end) {
                    case WAIT -> SHORT_PAUSE;
                    case DRAIN, GONE -> USUAL_PAUSE;
                    case SUPERSEDED, DELETED, TOKEN -> LONG_PAUSE;
                });
    }

    static StreamEnd of(Refused refused) {
        long pause = TimeUnit.SECONDS.toMillis(Answers.retryAfter(refused.problem()));
        return new StreamEnd(refused.problem().code(), End.GONE, Math.max(USUAL_PAUSE, pause));
    }

    /** When this client shall come back: not all at once. */
    int retryMillis() {
        return (int) (pauseMillis * (0.5 + ThreadLocalRandom.current().nextDouble()));
    }

    /** When a client shall come back whose connection breaks. */
    static int usualRetryMillis() {
        return (int) (USUAL_PAUSE * (0.9 + 0.2 * ThreadLocalRandom.current().nextDouble()));
    }
}
