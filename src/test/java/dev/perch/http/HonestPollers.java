// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * Many clients who read a mailbox each, with a cursor and over one connection each, and one who publishes to all of
 * them in turn. They measure how long a message takes from the first byte of its publish to the last one of the answer
 * in which it comes.
 */
final class HonestPollers implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: ([0-9]+)");
    private static final Pattern CURSOR = Pattern.compile("\"cursor\":\"([^\"]+)\"");
    private static final Pattern SENT = Pattern.compile("\"data\":\"([0-9]+)\"");
    /** Between two publishes. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final URI server;
    private final Selector selector = Selector.open();
    private final Thread thread = new Thread(this::run, "pollers");
    private final int count;
    private volatile LongStream.Builder delays = LongStream.builder();
    private volatile Throwable failure;
    private volatile boolean closed;

    HonestPollers(URI server, int count) throws IOException {
        this.server = server;
        this.count = count;
        for (int i = 0; i < count; i++) {
            Poller poller = new Poller(i);
            poller.channel.register(selector, SelectionKey.OP_READ, poller);
            poller.ask("start");
        }
        thread.start();
    }

    /** One who reads. */
    private final class Poller {
        private final SocketChannel channel;
        private final int number;
        private final ByteBuffer in = ByteBuffer.allocate(4096);

        Poller(int number) throws IOException {
            this.number = number;
            channel = SocketChannel.open(new InetSocketAddress(server.getHost(), server.getPort()));
            channel.configureBlocking(false);
        }

        void ask(String after) throws IOException {
            String request = RawClient.head("GET", "/mailbox/honest-" + number + "?wait=60&after=" + after) + "\r\n";
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1)));
        }

        void read() throws IOException {
            if (channel.read(in) < 0) {
                throw new IOException("the server has closed the connection of poller " + number);
            }
            String answer = new String(in.array(), 0, in.position(), StandardCharsets.ISO_8859_1);
            int head = answer.indexOf("\r\n\r\n");
            Matcher length = LENGTH.matcher(answer);
            if (head < 0 || !length.find() || answer.length() < head + 4 + Integer.parseInt(length.group(1))) {
                return;
            }
            in.clear();
            Matcher cursor = CURSOR.matcher(answer);
            if (!answer.startsWith("HTTP/1.1 200") || !cursor.find()) {
                throw new IOException(answer);
            }
            long now = System.nanoTime();
            SENT.matcher(answer).results().forEach(sent -> delays.add(now - Long.parseLong(sent.group(1))));
            ask(cursor.group(1));
        }
    }

    private void run() {
        while (!closed) {
            try {
                selector.select(key -> read((Poller) key.attachment()), 100);
            } catch (IOException | UncheckedIOException e) {
                failure = e;
                return;
            }
        }
    }

    private static void read(Poller poller) {
        try {
            poller.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Publishes for so long, and returns the 99th percentile of the delays, in nanoseconds. */
    long p99(long nanos) throws IOException {
        delays = LongStream.builder();
        long end = System.nanoTime() + nanos;
        int published = 0;
        try (RawClient publisher = RawClient.connect(server, 0)) {
            while (System.nanoTime() < end) {
                byte[] now = Long.toString(System.nanoTime()).getBytes(StandardCharsets.ISO_8859_1);
                publisher.post("/mailbox/honest-" + published++ % count, "text/plain", now);
                publisher.receive().assertStatus(201);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        if (failure != null) {
            throw new IOException(failure);
        }
        long[] sorted = delays.build().sorted().toArray();
        if (sorted.length != published) {
            throw new IOException(published + " messages were published and " + sorted.length + " came");
        }
        return sorted[sorted.length * 99 / 100];
    }

    @Override
    public void close() throws IOException {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
