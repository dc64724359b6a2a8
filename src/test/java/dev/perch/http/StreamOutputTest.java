// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.perch.mailbox.Wheel;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a client counts as one that takes nothing. */
final class StreamOutputTest {
    private static final long STALL = TimeUnit.SECONDS.toNanos(10);

    private final AtomicLong nanos = new AtomicLong();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Wheel wheel = new Wheel(nanos::get, tasks::add);
    private final ServletOutputStream socket = mock(ServletOutputStream.class);
    private StreamOutput out;

    @BeforeEach
    void open() throws IOException {
        ServletResponse response = mock(ServletResponse.class);
        when(response.getOutputStream()).thenReturn(socket);
        AsyncContext async = mock(AsyncContext.class);
        when(async.getResponse()).thenReturn(response);
        out = new StreamOutput(async, wheel, STALL, () -> {});
    }

    private void pass(long duration) {
        nanos.addAndGet(duration);
        wheel.advance();
    }

    @Test
    void aClientThatTakesNothingForSoLongIsGivenUp() throws IOException {
        assertFalse(out.isReady());
        pass(STALL / 2);
        assertFalse(out.isReady());
        pass(STALL);
        tasks.remove().run();
        assertThrows(IOException.class, out::isReady);
    }

    @Test
    void aClientThatTakesSomethingAtTheLastMomentHasAllTheTimeAgain() throws IOException {
        assertFalse(out.isReady());
        pass(2 * STALL);
        when(socket.isReady()).thenReturn(true);
        assertTrue(out.isReady());
        when(socket.isReady()).thenReturn(false);
        assertFalse(out.isReady());
        tasks.remove().run();
        assertFalse(out.isReady());
        pass(2 * STALL);
        tasks.remove().run();
        assertThrows(IOException.class, out::isReady);
    }
}
