// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.perch.access.Caller;
import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.Presence;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Reading.Start;
import dev.perch.mailbox.Wheel;
import dev.perch.store.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The read loop of a socket that ends before all is written. */
final class FeedTest {
    private static final QueueName ANN = QueueName.mailbox("ann");
    private static final Duration TTL = Duration.ofDays(7);
    private static final Limits LIMITS =
            new Limits(10, 1000, 10, 1000, 100, 1 << 20, 10, 10, 2, TTL, Duration.ofHours(1), Duration.ofDays(30));

    private final AtomicLong millis = new AtomicLong();
    private final Clocks clocks = new Clocks(() -> Instant.ofEpochMilli(millis.get()), () -> millis.get() * 1_000_000);
    private final Wheel wheel = new Wheel(clocks.nanos(), Runnable::run);
    private final Exchange exchange = new Exchange(
            new MemoryStore(LIMITS, clocks, "e1"), LIMITS, Presence.Settings.DEFAULT, clocks, wheel, Runnable::run);
    private final OpenSocket socket = mock(OpenSocket.class);

    @Test
    void aGapThatItsClientWasNotToldOfIsToldToTheNext() {
        exchange.publish(ANN, List.of(Draft.text("x".getBytes(StandardCharsets.UTF_8))), null);
        Cursor before = exchange.position(ANN);
        millis.addAndGet(TTL.toMillis());
        exchange.sweep();
        // The client goes away after the read has begun.
        when(socket.isClosing()).thenReturn(false, false, true);
        Feed.Reads reads = new Feed.Reads(ANN, List.of(), Dialect.JSON, false, Caller.ANYBODY);
        new Feed(socket, exchange, reads, new Start.Handed()).begin();
        verify(socket).readNoMore();
        verify(socket, never()).write(any(), any());
        verify(socket).lost();
        assertEquals(before, exchange.position(ANN));
    }

    @Test
    void whenAFrameCannotBeMadeTheSocketIsClosedAndItsMessageIsForTheNext() {
        exchange.publish(ANN, List.of(Draft.text("x".getBytes(StandardCharsets.UTF_8))), null);
        Cursor before = exchange.position(ANN);
        doThrow(new IllegalStateException("a fault")).when(socket).write(any(), any());
        Feed.Reads reads = new Feed.Reads(ANN, List.of(), Dialect.JSON, false, Caller.ANYBODY);
        new Feed(socket, exchange, reads, new Start.Handed()).begin();
        verify(socket).close(eq(CloseCode.FAULT), any());
        verify(socket).readNoMore();
        verify(socket).lost();
        assertEquals(before, exchange.position(ANN));
    }
}
