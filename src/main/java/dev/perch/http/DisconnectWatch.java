// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.mailbox.End;
import dev.perch.mailbox.Shares;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
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

    /** So many clients that went away at the same time are one task. */
    private static final int SHARE = 64;

    private final Executor answering;
    private final Selector selector;
    /** Found, and still to be ended. For the thread that looks. */
    private final List<OpenRead> gone = new ArrayList<>();

    private final Thread thread = new Thread(this::run, "perch-disconnect-watch");

    /** Begins with {@link #start}; what ends reads, which answers them, is run by the executor. */
    DisconnectWatch(Executor answering) {
        this.answering = answering;
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

    /**
     * Watches the connection of the request until it is readable or the request is forgotten. The request has to have
     * waited for a while: what was readable a moment ago may have been the request itself.
     */
    void watch(OpenRead read) {
        SelectableChannel channel = read.channel();
        try {
            SelectionKey key = channel.keyFor(selector);
            if (key == null) {
                channel.register(selector, SelectionKey.OP_READ, read);
            } else {
                key.attach(read);
                listen(key);
            }
        } catch (IOException | CancelledKeyException e) {
            read.end(End.GONE);
        }
    }

    /**
     * The request is over. The key stays with the connection, and goes on listening until that is found readable: its
     * next read will want it, and each change costs a system call.
     */
    void forget(OpenRead read) {
        SelectionKey key = read.channel().keyFor(selector);
        if (key != null && key.attachment() == read) {
            key.attach(null);
        }
    }

    private static void listen(SelectionKey key) {
        if (key.interestOps() == 0) {
            key.interestOps(SelectionKey.OP_READ);
        }
    }

    private void run() {
        while (selector.isOpen()) {
            try {
                look();
            } catch (ClosedSelectorException e) {
                return;
            } catch (IOException e) {
                LOG.log(Logger.Level.WARNING, "disconnected clients are not noticed any more", e);
                return;
            } catch (RuntimeException | Error e) {
                LOG.log(Logger.Level.ERROR, "disconnected clients could not be looked for, which is tried again", e);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Looks until nothing is readable any more: a system tells of so many at a time only. */
    private void look() throws IOException {
        int found;
        do {
            found = selector.selectNow(this::readable);
            Shares.run(List.copyOf(gone), SHARE, answering, read -> read.end(End.GONE));
            gone.clear();
        } while (found > 0);
    }

    private void readable(SelectionKey key) {
        Object found = key.attachment();
        if (found instanceof OpenRead read) {
            gone.add(read);
        }
        try {
            key.interestOps(0);
            if (key.attachment() != found) {
                // The next read has come in between, and may have seen the key listening.
                listen(key);
            }
        } catch (CancelledKeyException e) {
            // The connection is closed, and its key with it.
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
