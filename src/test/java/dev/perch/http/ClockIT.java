// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import dev.perch.mailbox.Clocks;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A wall clock that is set while the server runs. Only what is kept goes by it; what is waited for does not. */
final class ClockIT {
    private static final Duration HOUR = Duration.ofHours(1);

    private final AtomicReference<Duration> step = new AtomicReference<>(Duration.ZERO);
    private final InstantSource wall = () -> Instant.now().plus(step.get());
    private final TestServer server = TestServer.start(new Clocks(wall, System::nanoTime));
    private final TestClient client = new TestClient(server);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aParkedPollEndsWhenItsWaitIsOverWhateverTheTimeOfDay() {
        for (Duration jump : List.of(HOUR, HOUR.negated())) {
            step.set(Duration.ZERO);
            long start = System.nanoTime();
            CompletableFuture<Reply> parked = client.parkAs(1, "mailbox/a?wait=2");
            step.set(jump);
            Reply reply = TestClient.get(parked);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            assertEquals("wait", reply.assertStatus(200).string("ended"));
            assertTrue(millis >= 1790 && millis < 5000, () -> millis + " ms after a step of " + jump);
        }
    }

    @Test
    void aParkedPollIsWokenAfterAnyStepAndTheOrderStays() {
        String cursor = "start";
        for (Duration jump : List.of(HOUR, HOUR.negated(), Duration.ZERO)) {
            CompletableFuture<Reply> parked = client.parkAs(1, "mailbox/b?after=" + cursor);
            step.set(jump);
            client.publish("mailbox/b", "after " + jump).assertStatus(201);
            Reply reply = TestClient.get(parked);
            assertEquals(List.of("after " + jump), reply.data());
            cursor = reply.cursor();
        }
        assertEquals(3, client.poll("mailbox/b?after=start").messages().size());
    }

    @Test
    void aTimeToLiveGoesByTheWallClockAndItsEndIsNoGap() {
        String cursor = client.poll("mailbox/c?wait=0").cursor();
        client.publish("mailbox/c?ttl=600", "ten minutes").assertStatus(201);
        client.publish("mailbox/c", "a week").assertStatus(201);
        assertEquals(2, client.poll("mailbox/c?after=" + cursor).messages().size());
        step.set(HOUR);
        Reply later = client.poll("mailbox/c?after=" + cursor);
        assertEquals(List.of("a week"), later.data());
        assertNull(later.gap());
        step.set(HOUR.negated());
        assertTrue(client.poll("mailbox/c?after=" + cursor).data().contains("a week"));
    }

    @Test
    void anIdempotencyKeyIsRememberedWhateverTheTimeOfDay() {
        Reply first = client.publish("mailbox/d?key=k", "once").assertStatus(201);
        step.set(HOUR.negated());
        assertEquals(first.text(), client.publish("mailbox/d?key=k", "once").text());
        step.set(HOUR);
        assertEquals(first.text(), client.publish("mailbox/d?key=k", "once").text());
        assertFalse(client.poll("mailbox/d").messages().isEmpty());
    }

    @Test
    void theServerStaysReadyWhenTheClockSteps() {
        for (Duration jump : List.of(HOUR, HOUR.negated(), HOUR)) {
            step.set(jump);
            client.poll("health/ready").assertStatus(200);
        }
    }
}
