// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Puts the same load on Perch or on Nchan, and prints the processor time that the server has had for each message, in
 * microseconds. It fails when a message is lost, or comes twice.
 *
 * <pre>java -cp DIRECTORY Comparison perch|nchan PORT PID WORKLOAD SECONDS</pre>
 */
final class Comparison {
    private static final int PUBLISHERS = 8;
    private static final int UNDER_WAY = 64;
    private static final int CYCLERS = 64;
    private static final long GAP_NANOS = Duration.ofMillis(300).toNanos();
    private static final String MARK = "bench-";
    private static final String PADDING = "x".repeat(180);

    private final Dialect dialect;
    private final int port;
    private final long pid;
    private final Selector selector = Selector.open();
    private final Random random = new Random(1);
    private final String run = Long.toString(System.nanoTime(), 36) + "n";
    private final BitSet came = new BitSet();
    private final List<Line> publishers = new ArrayList<>();
    /** Whether each message is for all readers. */
    private boolean toAll;

    private int sent;
    private long deliveries;

    private Comparison(Dialect dialect, int port, long pid) throws IOException {
        this.dialect = dialect;
        this.port = port;
        this.pid = pid;
    }

    public static void main(String[] args) throws IOException {
        Dialect dialect = Dialect.valueOf(args[0].toUpperCase(Locale.ROOT));
        Comparison comparison = new Comparison(dialect, Integer.parseInt(args[1]), Long.parseLong(args[2]));
        long nanos = Duration.ofSeconds(Long.parseLong(args[4])).toNanos();
        double micros =
                switch (args[3]) {
                    case "unicast" -> comparison.unicast(1000, nanos);
                    case "broadcast" -> comparison.broadcast(10_000, nanos);
                    case "cycle" -> comparison.cycle(nanos);
                    default -> throw new IllegalArgumentException("there are unicast, broadcast and cycle");
                };
        System.out.printf(Locale.ROOT, "%.1f%n", micros);
    }

    /** Messages to single readers, so many under way at a time. */
    private double unicast(int readers, long nanos) throws IOException {
        for (int i = 0; i < readers; i++) {
            poll(new Line(selector, port), run + i, "");
        }
        publishers();
        Runnable pump = () -> {
            for (Line publisher : publishers) {
                if (publisher.isIdle() && sent - deliveries < UNDER_WAY) {
                    publish(publisher, run + random.nextInt(readers));
                }
            }
        };
        double micros = measured(nanos, pump);
        until(sent);
        Loop.require(came.cardinality() == sent, "of " + sent + " messages came " + came.cardinality());
        return micros;
    }

    /** One message to all readers, again and again. */
    private double broadcast(int readers, long nanos) throws IOException {
        for (int i = 0; i < readers; i++) {
            poll(new Line(selector, port), dialect == Dialect.NCHAN ? Dialect.EVERYBODY : run + i, "");
        }
        publishers();
        settle();
        long[] next = {0};
        double micros = measured(nanos, () -> {
            if (deliveries == (long) sent * readers && System.nanoTime() - next[0] > GAP_NANOS) {
                next[0] = System.nanoTime();
                publish(publishers.get(0), Dialect.EVERYBODY);
            }
        });
        until((long) sent * readers);
        return micros;
    }

    /** Polls that are all answered at once. */
    private double cycle(long nanos) throws IOException {
        publishers();
        for (int i = 0; i < CYCLERS; i++) {
            String name = run + i;
            Line publisher = publishers.get(0);
            publish(publisher, name);
            while (!publisher.isIdle()) {
                turn();
            }
            again(new Line(selector, port), name);
        }
        return measured(nanos, () -> {});
    }

    private void publishers() throws IOException {
        for (int i = 0; i < PUBLISHERS; i++) {
            publishers.add(new Line(selector, port));
        }
        settle();
    }

    private void poll(Line line, String name, String place) throws IOException {
        line.send(dialect.poll(name, place), "", (head, body) -> {
            for (int at = body.indexOf(MARK); at >= 0; at = body.indexOf(MARK, at + 1)) {
                int number = Integer.parseInt(body.substring(at + MARK.length(), body.indexOf('.', at)));
                Loop.require(toAll || !came.get(number), "a message came twice");
                came.set(number);
                deliveries++;
            }
            poll(line, name, dialect.place(head));
        });
    }

    private void again(Line line, String name) throws IOException {
        line.send(dialect.again(name), "", (head, body) -> {
            Loop.require(body.contains(MARK), "an answer without its message");
            deliveries++;
            again(line, name);
        });
    }

    private void publish(Line publisher, String name) {
        toAll = name.equals(Dialect.EVERYBODY);
        try {
            publisher.send(dialect.publish(name), MARK + sent++ + "." + PADDING, (head, body) -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The server's processor time for each delivery, after a second of warming up. */
    private double measured(long nanos, Runnable pump) throws IOException {
        run(Duration.ofSeconds(1).toNanos(), pump);
        long before = processorNanos();
        long delivered = deliveries;
        run(nanos, pump);
        return (processorNanos() - before) / 1e3 / (deliveries - delivered);
    }

    private void run(long nanos, Runnable pump) throws IOException {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < nanos) {
            pump.run();
            turn();
        }
    }

    private void settle() throws IOException {
        run(Duration.ofMillis(500).toNanos(), () -> {});
    }

    private void until(long count) throws IOException {
        long begun = System.nanoTime();
        while (deliveries < count && System.nanoTime() - begun < Duration.ofSeconds(10).toNanos()) {
            turn();
        }
        Loop.require(deliveries == count, "of " + count + " deliveries there were " + deliveries);
    }

    private void turn() throws IOException {
        selector.select(
                key -> {
                    try {
                        ((Line) key.attachment()).read();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                10);
    }

    /** Of the server and of the processes that it has started. */
    private long processorNanos() {
        ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
        return Stream.concat(Stream.of(server), server.descendants())
                .mapToLong(process -> process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos())
                .sum();
    }
}
