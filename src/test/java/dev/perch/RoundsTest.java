// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RoundsTest {
    @Test
    void aRoundThatFailsIsNotTheLastOne() throws InterruptedException {
        CountDownLatch rounds = new CountDownLatch(3);
        try (Rounds all = new Rounds()) {
            all.every(Duration.ofMillis(1), "a test", () -> {
                rounds.countDown();
                throw new OutOfMemoryError("for a round");
            });
            assertTrue(rounds.await(10, TimeUnit.SECONDS));
        }
    }
}
