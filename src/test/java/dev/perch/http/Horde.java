// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Many clients that mean harm. Each opens a connection, sends what it begins with, and then a little now and then, and
 * never takes an answer; when it is cut off it comes again. One thread drives all of them, since each does next to
 * nothing.
 */
final class Horde implements AutoCloseable {
    /** Each of them sends once in so many ticks. */
    private static final int TICKS = 50;

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** So many open a connection in one tick: what the backlog of the port holds, and what a selector accepts. */
    private static final int OPENED_A_TICK = 150;

    private static final int SMALL_BUFFER = 4096;

    private final InetSocketAddress target;
    private final List<Member> members = new ArrayList<>();
    private final Thread thread = new Thread(this::run, "horde");
    private volatile boolean closed;
    private volatile int connected;
    private final AtomicLong cutOff = new AtomicLong();
    private int openable;

    Horde(URI server) {
        target = new InetSocketAddress(server.getHost(), server.getPort());
    }

    /** One of them. */
    private final class Member {
        private final String source;
        private final byte[] begin;
        private final ByteBuffer more;
        private SocketChannel channel;
        private boolean begun;

        Member(String source, String begin, String more) {
            this.source = source;
            this.begin = begin.getBytes(StandardCharsets.ISO_8859_1);
            this.more = ByteBuffer.wrap(more.getBytes(StandardCharsets.ISO_8859_1));
        }

        void act() {
            try {
                if (begun) {
                    channel.write(more.rewind());
                    return;
                }
                if (channel == null) {
                    open();
                }
                begun = channel != null && channel.finishConnect() && channel.write(ByteBuffer.wrap(begin)) > 0;
            } catch (IOException e) {
                // Cut off.
                cutOff.incrementAndGet();
                leave();
            }
        }

        private void open() throws IOException {
            if (openable == 0) {
                return;
            }
            openable--;
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_BUFFER);
            channel.bind(new InetSocketAddress(source, 0));
            channel.connect(target);
        }

        boolean isConnected() {
            return begun;
        }

        void leave() {
            begun = false;
            try {
                if (channel != null) {
                    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                    channel.close();
                }
            } catch (IOException e) {
                // Gone is gone.
            }
            channel = null;
        }
    }

    /** So many more, who begin with that text and then send the other text again and again. */
    Horde with(int count, String begin, String more) {
        for (int i = 0; i < count; i++) {
            members.add(new Member("127.0.0." + (2 + i % 200), begin, more));
        }
        return this;
    }

    Horde start() {
        Collections.shuffle(members);
        thread.start();
        return this;
    }

    /** How many are connected, and have begun. */
    int connected() {
        return connected;
    }

    /** How often one of them was cut off. */
    long cutOff() {
        return cutOff.get();
    }

    private void run() {
        long next = System.nanoTime();
        for (int tick = 0; !closed; tick++) {
            openable = OPENED_A_TICK;
            for (int i = tick % TICKS; i < members.size(); i += TICKS) {
                members.get(i).act();
            }
            if (tick % TICKS == 0) {
                connected = (int) members.stream().filter(Member::isConnected).count();
            }
            next += TICK_NANOS;
            LockSupport.parkNanos(next - System.nanoTime());
        }
        members.forEach(Member::leave);
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
