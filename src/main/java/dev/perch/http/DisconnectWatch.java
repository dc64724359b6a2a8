// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.mailbox.End;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Notices HTTP/1.1 clients that go away while they are parked. The HTTP server does not look at a connection whose
 * request is being answered, and the first write to a dead one succeeds; so the sockets of streams, and of polls that
 * wait for long, are registered here a second time. One that becomes readable has been closed by its client, or has a
 * further request waiting: in both cases the read is ended in order at once, which a client that closed only its
 * sending side, or that pipelines, can live with, and a message that comes a moment later stays for a reader who is
 * there.
 */
final class DisconnectWatch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(DisconnectWatch.class.getName());
    /**
     * How often it is looked. To be woken for each socket would cost more than all looks, since one whose read has just
     * been answered becomes readable at once: with the next request.
     */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Selector selector;
    private final Thread thread = new Thread(this::run, "perch-disconnect-watch");

    DisconnectWatch() {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Watches the connection of the request until it is readable or the request is forgotten. */
    void watch(OpenRead read) {
        SelectableChannel channel = read.channel();
        try {
            SelectionKey key = channel.keyFor(selector);
            if (key == null) {
                channel.register(selector, SelectionKey.OP_READ, read);
            } else {
                key.attach(read);
                key.interestOps(SelectionKey.OP_READ);
            }
        } catch (IOException | CancelledKeyException e) {
            read.end(End.GONE);
        }
    }

    /** The request is over. The key stays with the connection: its next read will want it. */
    void forget(OpenRead read) {
        SelectionKey key = read.channel().keyFor(selector);
        if (key != null && key.attachment() == read) {
            key.attach(null);
            rest(key);
        }
    }

    private static void rest(SelectionKey key) {
        try {
            key.interestOps(0);
        } catch (CancelledKeyException e) {
            // The connection is closed, and its key with it.
        }
    }

    private void run() {
        while (selector.isOpen()) {
            try {
                selector.selectNow(this::readable);
                LockSupport.parkNanos(PAUSE_NANOS);
            } catch (ClosedSelectorException e) {
                return;
            } catch (IOException e) {
                LOG.log(Logger.Level.WARNING, "disconnected clients are not noticed any more", e);
                return;
            }
        }
    }

    private void readable(SelectionKey key) {
        rest(key);
        if (key.attachment() instanceof OpenRead read) {
            read.end(End.GONE);
        }
    }

    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
