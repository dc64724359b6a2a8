// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * 100 000 readers on 1 000 HTTP/2 connections: what each takes of the heap, and how long a broadcast takes to reach all
 * of them. Then as many mailboxes of which a few are read: how long it takes to reach those.
 *
 * <pre>java -cp DIRECTORY Crowd PORT PID</pre>
 */
final class Crowd {
    private static final int CONNECTIONS = 1000;
    private static final int EACH = 100;
    private static final int READERS = CONNECTIONS * EACH;
    private static final int FEW = 100;
    private static final int ROUNDS = 5;

    private final int port;
    private final Server server;
    private final Selector selector = Selector.open();
    private final List<Http2> connections = new ArrayList<>();

    private Crowd(int port, long pid) throws IOException {
        this.port = port;
        this.server = new Server("127.0.0.1:" + port, pid);
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Crowd crowd = new Crowd(Integer.parseInt(args[0]), Long.parseLong(args[1]));
        crowd.few();
        crowd.all();
    }

    /** Mailboxes that nobody reads, but a few. */
    private void few() throws IOException, InterruptedException {
        connect(EACH);
        for (int i = 0; i < READERS; i += EACH) {
            for (int j = 0; j < EACH; j++) {
                connections.get(j).get("/mailbox/f" + (i + j) + "?wait=0");
            }
            await(i + EACH);
        }
        double[] millis = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            int before = answered();
            for (int j = 0; j < FEW; j++) {
                connections.get(j % EACH).get("/mailbox/f" + j + "?wait=60&after=now");
            }
            parked(FEW);
            millis[round] = broadcast(before + FEW);
        }
        System.out.printf(
                Locale.ROOT,
                "| broadcast to %,d mailboxes until the last of %d readers has it | %.0f ms |%n",
                READERS,
                FEW,
                median(millis));
    }

    /** All of them read, on few connections each. */
    private void all() throws IOException, InterruptedException {
        for (Http2 connection : connections) {
            connection.close();
        }
        connections.clear();
        connect(CONNECTIONS);
        long before = server.memory().heap();
        double[] millis = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            int answered = answered();
            for (int i = 0; i < READERS; i++) {
                connections.get(i / EACH).get("/mailbox/f" + i + "?wait=120&after=now");
                if (i % 1000 == 0) {
                    turn();
                }
            }
            parked(READERS);
            if (round == 0) {
                long each = (server.memory().heap() - before) / READERS;
                System.out.printf(Locale.ROOT, "| heap of each of %,d polls over HTTP/2 | %,d bytes |%n", READERS, each);
            }
            millis[round] = broadcast(answered + READERS);
        }
        System.out.printf(
                Locale.ROOT, "| broadcast until the last of %,d has it | %.0f ms |%n", READERS, median(millis));
    }

    private void connect(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            connections.add(new Http2(selector, port));
        }
        turn();
    }

    /** Publishes to everybody; returns how long it takes until so many answers have come besides its own, in ms. */
    private double broadcast(int until) throws IOException {
        long begun = System.nanoTime();
        connections.get(0).post("/broadcast", "to all");
        await(until + 1);
        return (System.nanoTime() - begun) / 1e6;
    }

    private void parked(int count) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        while (server.parked() < count) {
            Loop.require(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(60), "not all polls are parked");
            turn();
        }
    }

    private void await(int count) throws IOException {
        long begun = System.nanoTime();
        while (answered() < count) {
            Loop.require(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(60), "answers are missing");
            turn();
        }
    }

    private int answered() {
        return connections.stream().mapToInt(Http2::answered).sum();
    }

    private void turn() throws IOException {
        selector.select(
                key -> {
                    try {
                        ((Http2) key.attachment()).read();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                10);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
