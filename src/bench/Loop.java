// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The one thread that does everything, and what its connections share. */
final class Loop {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** Shorter waits than the selector can do are slept through in steps of this size. */
    private static final long NAP_NANOS = 20_000;

    private static final long SELECTOR_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    final InetSocketAddress address;
    final String host;
    final Selector selector = Selector.open();
    final ByteBuffer input = ByteBuffer.allocateDirect(64 * 1024);
    /** How many connections are on their way. */
    int connecting;

    Loop(int port) throws IOException {
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        host = "127.0.0.1:" + port;
    }

    /** Waits for it, though not forever. */
    void await(BooleanSupplier condition, String what) throws IOException {
        long patience = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            require(System.nanoTime() < patience, "the server does not " + what);
            turn(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    void turnUntil(long nanos) throws IOException {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            turn(left);
        }
    }

    /** Does what there is to do; waits for it no longer than that. */
    private void turn(long nanos) throws IOException {
        if (nanos >= SELECTOR_NANOS) {
            selector.select(Loop::ready, TimeUnit.NANOSECONDS.toMillis(nanos));
        } else if (selector.selectNow(Loop::ready) == 0) {
            LockSupport.parkNanos(NAP_NANOS);
        }
    }

    private static void ready(SelectionKey key) {
        try {
            ((Connection) key.attachment()).ready();
        } catch (IOException e) {
            throw new IllegalStateException("a connection broke", e);
        }
    }

    static void require(boolean condition, String complaint) {
        if (!condition) {
            throw new IllegalStateException(complaint);
        }
    }
}
