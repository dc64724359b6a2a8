// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A load program for a Perch server on this machine: it reads and publishes over real HTTP/1.1 connections and
 * WebSockets, follows every cursor, and checks that each message comes once and in order. It prints rows of a Markdown
 * table and fails if anything was lost, doubled, out of order or refused.
 *
 * <p>One thread does everything, so that both ends of a message are seen by one clock. Each reader has a mailbox of its
 * own. Messages to one mailbox always take the same publishing connection, which keeps their order.
 */
final class Load {
    private static final String USAGE =
            """
            java -cp DIRECTORY Load WORKLOAD --port N --pid N [--view VIEW] [--readers N] [--publishers N]
                [--rate N] [--warmup S] [--rounds N]

              heap        live heap and direct memory of the server for each reader that waits
              latency     time from publish until it has come at a fixed --rate, in messages a second
              throughput  messages a second; each publisher sends again once it has been answered
              broadcast   time until the last of all readers has a broadcast

            --view is poll, stream (server-sent events) or socket. --warmup is in seconds. A round is a broadcast,
            or two seconds of messages, or for heap one histogram.
            """;

    private static final List<String> WORKLOADS = List.of("heap", "latency", "throughput", "broadcast");
    private static final Map<String, String> VIEWS =
            Map.of("poll", "long-polling", "stream", "SSE", "socket", "WebSocket");
    private static final Map<String, String> DEFAULTS = Map.of(
            "--view", "poll",
            "--readers", "10000",
            "--publishers", "8",
            "--rate", "2000",
            "--warmup", "15",
            "--rounds", "10");

    private static final int CONNECTING_AT_ONCE = 256;
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Loop loop;
    private final Server server;
    private final Tally tally;
    private final String view;
    private final int readers;
    private final int rounds;
    private final long warmupNanos;
    private final int rate;
    private final Random random = new Random(17);
    private final List<Mailbox> mailboxes = new ArrayList<>();
    private final List<Publisher> publishers = new ArrayList<>();

    private Load(Map<String, String> options) throws IOException {
        loop = new Loop(Integer.parseInt(options.get("--port")));
        server = new Server(loop.host, Long.parseLong(options.get("--pid")));
        tally = new Tally(server);
        view = options.get("--view");
        readers = Integer.parseInt(options.get("--readers"));
        rounds = Integer.parseInt(options.get("--rounds"));
        warmupNanos = TimeUnit.SECONDS.toNanos(Integer.parseInt(options.get("--warmup")));
        rate = Integer.parseInt(options.get("--rate"));
        for (int i = Integer.parseInt(options.get("--publishers")); i > 0; i--) {
            publishers.add(new Publisher(loop));
        }
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Map<String, String> options = new HashMap<>(DEFAULTS);
        for (int i = 1; i + 1 < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        boolean complete = options.containsKey("--port") && options.containsKey("--pid");
        boolean known = args.length > 0 && WORKLOADS.contains(args[0]) && VIEWS.containsKey(options.get("--view"));
        if (args.length % 2 == 0 || !complete || !known) {
            System.err.print(USAGE);
            System.exit(2);
        }
        Load load = new Load(options);
        switch (args[0]) {
            case "heap" -> load.heap();
            case "latency" -> load.latency();
            case "throughput" -> load.throughput();
            default -> load.broadcast();
        }
    }

    // The workloads.

    /**
     * Once before anything came and once after a broadcast: the server keeps more for a connection that has carried
     * something. The first hundred readers load classes and fill pools; they do not count.
     */
    private void heap() throws IOException, InterruptedException {
        int first = 100;
        park(first);
        TimeUnit.NANOSECONDS.sleep(warmupNanos);
        Server.Memory before = server.memory();
        park(readers);
        row("memory of each, before its first message", server.parked(), memoryOf(readers - first, before));
        broadcastOnce();
        awaitParked(readers);
        row("memory of each, after it", server.parked(), memoryOf(readers - first, before));
    }

    private String memoryOf(int count, Server.Memory before) throws IOException, InterruptedException {
        Samples heap = new Samples();
        Samples direct = new Samples();
        for (int i = 0; i < rounds; i++) {
            Server.Memory now = server.memory();
            heap.add((now.heap() - before.heap()) / count);
            direct.add((now.direct() - before.direct()) / count);
        }
        return "%,d bytes heap, %,d direct".formatted(heap.percentile(50), direct.percentile(50));
    }

    /** Messages are due at fixed times; one that had to wait for its connection waited for its answer, too. */
    private void latency() throws IOException {
        park(readers);
        long step = TimeUnit.SECONDS.toNanos(1) / rate;
        long due = System.nanoTime();
        long end = due + warmupNanos;
        Samples p50 = new Samples();
        Samples p99 = new Samples();
        for (int round = 0; round <= rounds; round++) {
            tally.delays = new Samples();
            for (; due < end; due += step) {
                loop.turnUntil(due);
                publish(random.nextInt(readers), due);
            }
            if (round == 0) {
                tally.begin();
            } else {
                p50.add(tally.delays.percentile(50));
                p99.add(tally.delays.percentile(99));
            }
            end += ROUND_NANOS;
        }
        settle();
        String what = "publish until it has come, at %,d messages a second".formatted(rate);
        row(what, server.parked(), "p50 %.2f ms, p99 %.2f ms"
                .formatted(p50.percentile(50) / 1e6, p99.percentile(50) / 1e6));
    }

    private void throughput() throws IOException {
        park(readers);
        publishers.forEach(publisher -> publisher.idle = () -> publishOn(publisher));
        publishers.forEach(this::publishOn);
        long end = System.nanoTime() + warmupNanos;
        Samples perSecond = new Samples();
        for (int round = 0; round <= rounds; round++) {
            long from = System.nanoTime();
            long before = tally.received;
            loop.turnUntil(end);
            if (round == 0) {
                tally.begin();
            } else {
                perSecond.add((tally.received - before) * TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - from));
            }
            end += ROUND_NANOS;
        }
        publishers.forEach(publisher -> publisher.idle = () -> {});
        settle();
        String what = "messages, %d publishers".formatted(publishers.size());
        row(what, readers, "%,d a second".formatted(perSecond.percentile(50)));
    }

    private void publishOn(Publisher publisher) {
        int lane = publishers.indexOf(publisher);
        int lanes = publishers.size();
        publish(lane + lanes * random.nextInt((readers - lane + lanes - 1) / lanes), System.nanoTime());
    }

    /** A round begins when the server says that all are parked again. */
    private void broadcast() throws IOException {
        park(readers);
        Samples last = new Samples();
        long warm = System.nanoTime() + warmupNanos;
        for (int round = 0; round < rounds; ) {
            long nanos = broadcastOnce();
            if (System.nanoTime() < warm) {
                tally.begin();
            } else {
                last.add(nanos);
                round++;
            }
            awaitParked(readers);
        }
        row("broadcast until the last has it", server.parked(), "%.0f ms".formatted(last.percentile(50) / 1e6));
    }

    /** Returns how long it took until the last had it, in nanoseconds. */
    private long broadcastOnce() throws IOException {
        tally.sent += readers;
        long from = System.nanoTime();
        publishers.get(0).publish("/broadcast", mailboxes.get(0).broadcast(from));
        settle();
        return tally.lastNanos - from;
    }

    private void row(String what, long parked, String figure) {
        System.out.printf("| %s: %s | %,d | %s | %s |%n", VIEWS.get(view), what, parked, figure, tally.cost());
    }

    // Readers and messages.

    /** Opens connections until that many read, and waits until the server has parked them. */
    private void park(int count) throws IOException {
        while (mailboxes.size() < count) {
            Mailbox mailbox = new Mailbox("client" + mailboxes.size(), tally);
            mailboxes.add(mailbox);
            switch (view) {
                case "stream" -> new EventReader(loop, mailbox);
                case "socket" -> new SocketReader(loop, mailbox);
                default -> new Poller(loop, mailbox);
            }
            loop.await(() -> loop.connecting < CONNECTING_AT_ONCE, "connect");
        }
        awaitParked(count);
    }

    /** By the server's own count. Asking for it blocks, so nothing may be under way. */
    private void awaitParked(int count) throws IOException {
        long patience = System.nanoTime() + PATIENCE_NANOS;
        while (server.parked() != count) {
            Loop.require(System.nanoTime() < patience, "the server does not park " + count + " readers");
            loop.turnUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private void publish(int number, long due) {
        Mailbox mailbox = mailboxes.get(number);
        publishers.get(number % publishers.size()).publish("/mailbox/" + mailbox.name, mailbox.message(due));
    }

    /** Waits until everything that was sent has come. */
    private void settle() throws IOException {
        loop.await(
                () -> tally.received == tally.sent && publishers.stream().noneMatch(Publisher::isBusy),
                "deliver all messages");
    }
}
