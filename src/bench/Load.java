// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A load program for a Perch server on this machine: it polls and publishes over real HTTP/1.1 connections, follows
 * every cursor, and checks that each message comes once and in order. It prints one row of a Markdown table and fails
 * if anything was lost, doubled, out of order or refused.
 *
 * <p>One thread does everything, so that both ends of a message are seen by one clock. A poll is sent again as soon as
 * it has been answered. Messages to one mailbox always take the same publishing connection, which keeps their order.
 */
final class Load {
    private static final String USAGE =
            """
            java Load.java WORKLOAD --port N --pid N [--polls N] [--publishers N] [--rate N] [--warmup S] [--rounds N]

              heap        live heap of the server for each parked poll
              latency     time from publish to answer at a fixed --rate, in messages a second
              throughput  messages a second; each publisher sends again once it has been answered
              broadcast   time until the last of all parked polls has a broadcast

            --warmup is in seconds. A round is a broadcast, or two seconds of messages, or for heap one histogram.
            """;

    private static final List<String> WORKLOADS = List.of("heap", "latency", "throughput", "broadcast");
    private static final Map<String, String> DEFAULTS = Map.of(
            "--polls", "10000",
            "--publishers", "8",
            "--rate", "2000",
            "--warmup", "15",
            "--rounds", "10");

    private static final int MESSAGE_BYTES = 100;
    private static final int CONNECTING_AT_ONCE = 256;
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** Shorter waits than the selector can do are slept through in steps of this size. */
    private static final long NAP_NANOS = 20_000;

    private static final long SELECTOR_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final String ALL = "all";
    private static final String LENGTH = "Content-Length: ";

    private final InetSocketAddress server;
    private final String host;
    private final int rounds;
    private final long warmupNanos;
    private final long pid;
    private final int rate;
    private final Selector selector = Selector.open();
    private final ByteBuffer input = ByteBuffer.allocateDirect(64 * 1024);
    private final Random random = new Random(17);
    private final List<Poller> pollers = new ArrayList<>();
    private final List<Publisher> publishers = new ArrayList<>();
    private Samples delays = new Samples();
    private final Cost cost = new Cost();
    private int connecting;
    private long sent;
    private long received;
    private long lastNanos;

    private Load(Map<String, String> options) throws IOException {
        int port = Integer.parseInt(options.get("--port"));
        server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        host = "127.0.0.1:" + port;
        rounds = Integer.parseInt(options.get("--rounds"));
        warmupNanos = TimeUnit.SECONDS.toNanos(Integer.parseInt(options.get("--warmup")));
        pid = Long.parseLong(options.get("--pid"));
        rate = Integer.parseInt(options.get("--rate"));
        for (int i = Integer.parseInt(options.get("--publishers")); i > 0; i--) {
            publishers.add(new Publisher());
        }
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Map<String, String> options = new HashMap<>(DEFAULTS);
        for (int i = 1; i + 1 < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        boolean complete = options.containsKey("--port") && options.containsKey("--pid");
        if (args.length % 2 == 0 || !complete || !WORKLOADS.contains(args[0])) {
            System.err.print(USAGE);
            System.exit(2);
        }
        Load load = new Load(options);
        int polls = Integer.parseInt(options.get("--polls"));
        switch (args[0]) {
            case "heap" -> load.heap(polls);
            case "latency" -> load.latency(polls);
            case "throughput" -> load.throughput(polls);
            default -> load.broadcast(polls);
        }
    }

    // The workloads.

    /**
     * Once with a connection's first request and once, after a broadcast, with its second: the server keeps more for a
     * connection that is used again. The first hundred polls load classes and fill pools; they do not count.
     */
    private void heap(int polls) throws IOException, InterruptedException {
        int first = 100;
        park(first);
        TimeUnit.NANOSECONDS.sleep(warmupNanos);
        long before = liveHeap();
        park(polls);
        row("heap a parked poll, first on its connection", parked(), heapOf(polls - first, before));
        broadcastOnce();
        awaitParked(polls);
        row("heap a parked poll, second on its connection", parked(), heapOf(polls - first, before));
    }

    private String heapOf(int polls, long before) throws IOException, InterruptedException {
        Samples perPoll = new Samples();
        for (int i = 0; i < rounds; i++) {
            perPoll.add((liveHeap() - before) / polls);
        }
        return "%,d bytes".formatted(perPoll.percentile(50));
    }

    /** Live bytes after a collection, as {@code jcmd} tells them. */
    private long liveHeap() throws IOException, InterruptedException {
        String jcmd = System.getProperty("java.home") + "/bin/jcmd";
        Process process = new ProcessBuilder(jcmd, Long.toString(pid), "GC.class_histogram").start();
        String histogram = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        require(process.waitFor() == 0 && histogram.contains("Total"), "jcmd does not tell the heap of --pid " + pid);
        return Long.parseLong(histogram.substring(histogram.lastIndexOf("Total")).trim().split("\\s+")[2]);
    }

    /** Messages are due at fixed times; one that had to wait for its connection waited for its answer, too. */
    private void latency(int polls) throws IOException {
        park(polls);
        long step = TimeUnit.SECONDS.toNanos(1) / rate;
        long due = System.nanoTime();
        long end = due + warmupNanos;
        Samples p50 = new Samples();
        Samples p99 = new Samples();
        for (int round = 0; round <= rounds; round++) {
            delays = new Samples();
            for (; due < end; due += step) {
                turnUntil(due);
                publish(random.nextInt(polls), due);
            }
            if (round == 0) {
                cost.begin();
            } else {
                p50.add(delays.percentile(50));
                p99.add(delays.percentile(99));
            }
            end += ROUND_NANOS;
        }
        settle();
        row("publish to answer at %,d messages a second".formatted(rate), parked(), "p50 %.2f ms, p99 %.2f ms"
                .formatted(p50.percentile(50) / 1e6, p99.percentile(50) / 1e6));
    }

    private void throughput(int polls) throws IOException {
        park(polls);
        publishers.forEach(publisher -> publisher.idle = () -> publishOn(publisher));
        publishers.forEach(this::publishOn);
        long end = System.nanoTime() + warmupNanos;
        Samples perSecond = new Samples();
        for (int round = 0; round <= rounds; round++) {
            long from = System.nanoTime();
            long before = received;
            turnUntil(end);
            if (round == 0) {
                cost.begin();
            } else {
                perSecond.add((received - before) * TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - from));
            }
            end += ROUND_NANOS;
        }
        publishers.forEach(publisher -> publisher.idle = () -> {});
        settle();
        row("messages, %d publishers".formatted(publishers.size()), polls, "%,d a second".formatted(
                perSecond.percentile(50)));
    }

    private void publishOn(Publisher publisher) {
        int lane = publishers.indexOf(publisher);
        int lanes = publishers.size();
        publish(lane + lanes * random.nextInt((pollers.size() - lane + lanes - 1) / lanes), System.nanoTime());
    }

    /** A round begins when the server says that all are parked again. */
    private void broadcast(int polls) throws IOException {
        park(polls);
        Samples last = new Samples();
        long warm = System.nanoTime() + warmupNanos;
        for (int round = 0; round < rounds; ) {
            long nanos = broadcastOnce();
            if (System.nanoTime() < warm) {
                cost.begin();
            } else {
                last.add(nanos);
                round++;
            }
            awaitParked(polls);
        }
        row("broadcast until the last has it", parked(), "%.0f ms".formatted(last.percentile(50) / 1e6));
    }

    /** Returns how long it took until the last had it, in nanoseconds. */
    private long broadcastOnce() throws IOException {
        sent += pollers.size();
        long from = System.nanoTime();
        publishers.get(0).publish("/broadcast", message(ALL, pollers.get(0).next, from));
        settle();
        return lastNanos - from;
    }

    private void row(String what, long parked, String figure) {
        System.out.printf("| %s | %,d | %s | %s |%n", what, parked, figure, cost);
    }

    // Polls and messages.

    /** Opens connections until that many poll, and waits until the server has parked them. */
    private void park(int polls) throws IOException {
        while (pollers.size() < polls) {
            Poller poller = new Poller(pollers.size());
            pollers.add(poller);
            poller.poll();
            await(() -> connecting < CONNECTING_AT_ONCE, "connect");
        }
        awaitParked(polls);
    }

    private void awaitParked(int polls) throws IOException {
        long patience = System.nanoTime() + PATIENCE_NANOS;
        while (parked() != polls) {
            require(System.nanoTime() < patience, "the server does not park " + polls + " polls");
            turnUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    /** How many polls are parked, by the server's own count. Blocks, so nothing may be under way. */
    private long parked() throws IOException {
        String metrics;
        try (InputStream in = URI.create("http://" + host + "/metrics").toURL().openStream()) {
            metrics = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        return metrics.lines()
                .filter(line -> line.startsWith("perch_polls_parked{"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private void publish(int mailbox, long due) {
        Poller to = pollers.get(mailbox);
        sent++;
        Publisher publisher = publishers.get(mailbox % publishers.size());
        publisher.publish("/mailbox/" + to.name, message(to.name, to.sent++, due));
    }

    private static String message(String to, long number, long due) {
        String mark = to + ' ' + number + ' ' + due + ' ';
        return mark + ".".repeat(MESSAGE_BYTES - mark.length());
    }

    /** Waits until everything that was sent has come. */
    private void settle() throws IOException {
        await(() -> received == sent && publishers.stream().noneMatch(each -> each.busy), "deliver all messages");
    }

    private static void require(boolean condition, String complaint) {
        if (!condition) {
            throw new IllegalStateException(complaint);
        }
    }

    // The one thread.

    private void await(BooleanSupplier condition, String what) throws IOException {
        long patience = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            require(System.nanoTime() < patience, "the server does not " + what);
            turn(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private void turnUntil(long nanos) throws IOException {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            turn(left);
        }
    }

    /** Does what there is to do; waits for it no longer than that. */
    private void turn(long nanos) throws IOException {
        if (nanos >= SELECTOR_NANOS) {
            selector.select(Load::ready, TimeUnit.NANOSECONDS.toMillis(nanos));
        } else if (selector.selectNow(Load::ready) == 0) {
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

    /** One connection, with at most one request under way. Made anew when the server has closed it in between. */
    private abstract class Connection {
        private SocketChannel channel;
        private SelectionKey key;
        private byte[] partial = {};
        private ByteBuffer output;
        private boolean asked;

        Connection() throws IOException {
            open();
        }

        private void open() throws IOException {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            connecting++;
            boolean connected = channel.connect(server);
            key = channel.register(selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
            connecting -= connected ? 1 : 0;
        }

        abstract void answered(int status, String fields, String body);

        final void send(String request) {
            asked = true;
            output = ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1));
            try {
                if (!channel.isOpen()) {
                    open();
                }
                flush();
            } catch (IOException e) {
                throw new IllegalStateException("a connection broke", e);
            }
        }

        private void flush() throws IOException {
            if (asked && channel.isConnected()) {
                channel.write(output);
                require(!output.hasRemaining(), "the server does not take a request");
            }
        }

        final void ready() throws IOException {
            if (key.isConnectable()) {
                channel.finishConnect();
                connecting--;
                key.interestOps(SelectionKey.OP_READ);
                flush();
                return;
            }
            input.clear();
            if (channel.read(input) < 0) {
                channel.close();
                require(!asked, "the server has closed a connection that waited for an answer");
                return;
            }
            input.flip();
            byte[] all = Arrays.copyOf(partial, partial.length + input.remaining());
            input.get(all, partial.length, input.remaining());
            String text = new String(all, StandardCharsets.ISO_8859_1);
            int start = text.indexOf("\r\n\r\n") + 4;
            String body = start < 4 ? null : body(text.substring(0, start), text.substring(start));
            partial = body == null ? all : new byte[0];
            if (body != null) {
                asked = false;
                answered(Integer.parseInt(text.substring(9, 12)), text.substring(0, start), body);
            }
        }

        /** The content of an answer, or null while it is not complete. */
        private static String body(String fields, String content) {
            int at = fields.indexOf(LENGTH) + LENGTH.length();
            require(at >= LENGTH.length(), "an answer without a length: " + fields);
            return content.length() < Integer.parseInt(fields.substring(at, fields.indexOf('\r', at))) ? null : content;
        }
    }

    /** A client with a mailbox of its own: polls, checks what comes, and polls again after it. */
    private final class Poller extends Connection {
        private final String name;
        private String cursor = "start";
        private long sent;
        private long next;

        Poller(int number) throws IOException {
            name = "client" + number;
        }

        void poll() {
            send("GET /mailbox/" + name + "?wait=120&after=" + cursor + " HTTP/1.1\r\nHost: " + host
                    + "\r\nUser-Agent: load\r\nAccept: */*\r\n\r\n");
        }

        @Override
        void answered(int status, String fields, String body) {
            long now = System.nanoTime();
            require(status == 200, "a poll was answered: " + fields + body);
            cursor = after(body, 0, "\"cursor\":\"", "\"");
            poll();
            String begin = "\"data\":\"";
            for (int at = body.indexOf(begin); at >= 0; at = body.indexOf(begin, at + 1)) {
                String[] mark = after(body, at, begin, "\"").split(" ");
                require(mark[0].equals(name) || mark[0].equals(ALL), name + " got a message for " + mark[0]);
                require(Long.parseLong(mark[1]) == next, name + " got message " + mark[1] + " instead of " + next);
                next++;
                received++;
                lastNanos = now;
                delays.add(now - Long.parseLong(mark[2]));
            }
        }

        private static String after(String text, int from, String begin, String end) {
            int at = text.indexOf(begin, from) + begin.length();
            return text.substring(at, text.indexOf(end, at));
        }
    }

    /** Sends messages one after the other, each when the one before has been answered. */
    private final class Publisher extends Connection {
        private final Queue<String> waiting = new ArrayDeque<>();
        private boolean busy;
        private Runnable idle = () -> {};

        Publisher() throws IOException {}

        void publish(String path, String message) {
            String request = "POST " + path + " HTTP/1.1\r\nHost: " + host
                    + "\r\nUser-Agent: load\r\nContent-Type: text/plain\r\nContent-Length: " + message.length()
                    + "\r\n\r\n" + message;
            if (busy) {
                waiting.add(request);
            } else {
                busy = true;
                send(request);
            }
        }

        @Override
        void answered(int status, String fields, String body) {
            require(status == 201, "a message was answered: " + fields + body);
            busy = !waiting.isEmpty();
            if (busy) {
                send(waiting.remove());
            } else {
                idle.run();
            }
        }
    }

    /** What the messages cost the server since the measurement began, in microseconds of processor time each. */
    private final class Cost {
        private long nanos = -1;
        private long messages;

        void begin() {
            nanos = processorNanos();
            messages = received;
        }

        private long processorNanos() {
            return ProcessHandle.of(pid).orElseThrow().info().totalCpuDuration().orElseThrow().toNanos();
        }

        @Override
        public String toString() {
            return nanos < 0 ? "" : "%.0f".formatted((processorNanos() - nanos) / 1e3 / (received - messages));
        }
    }

    /** Numbers, in the order they came until they are asked about. */
    private static final class Samples {
        private long[] values = new long[1024];
        private int size;

        void add(long value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = value;
        }

        long percentile(double percent) {
            require(size > 0, "nothing was measured");
            Arrays.sort(values, 0, size);
            return values[Math.min(size - 1, (int) (size * percent / 100))];
        }
    }
}
