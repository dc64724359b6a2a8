// SPDX-License-Identifier: Apache-2.0

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/**
 * Publishes to a Perch server on this machine, a thread and a connection each, to learn what it costs to store a
 * message. Nobody reads meanwhile, but in {@code growth}. It prints figures only, for {@code store.sh} to put in a
 * table, and fails when a message is not taken.
 */
final class Publishing {
    private static final String USAGE =
            """
            java Publishing.java PORT rate CONNECTIONS SECONDS   messages a second, each sent once the one before is answered
            java Publishing.java PORT paced RATE SECONDS         median, 99th percentile and longest, in ms, at that rate
            java Publishing.java PORT fill MAILBOXES EACH        puts so many messages into so many mailboxes
            java Publishing.java PORT growth MESSAGES FILE       through one mailbox that is read; size of the file in MB
            """;

    private static final String BODY = ".".repeat(100);
    private static final int MAILBOXES = 10_000;
    private static final int PACED_CONNECTIONS = 32;
    private static final int FILLING_CONNECTIONS = 64;
    private static final int BATCH = 100;
    private static final int LOOKS = 4;

    private final int port;

    private Publishing(int port) {
        this.port = port;
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 4) {
            System.err.print(USAGE);
            System.exit(2);
        }
        Publishing publishing = new Publishing(Integer.parseInt(args[0]));
        switch (args[1]) {
            case "rate" -> publishing.rate(Integer.parseInt(args[2]), Integer.parseInt(args[3]));
            case "paced" -> publishing.paced(Integer.parseInt(args[2]), Integer.parseInt(args[3]));
            case "fill" -> publishing.fill(Integer.parseInt(args[2]), Integer.parseInt(args[3]));
            case "growth" -> publishing.growth(Integer.parseInt(args[2]), Path.of(args[3]));
            default -> throw new IllegalArgumentException(USAGE);
        }
    }

    private void rate(int connections, int seconds) throws Exception {
        run(connections, seconds / 2, lane -> {}); // warms up
        long messages = Arrays.stream(run(connections, seconds, lane -> {})).mapToLong(each -> each.length).sum();
        System.out.printf("%,d%n", messages / seconds);
    }

    /** A message that has to wait for its connection has waited for its answer, too. */
    private void paced(int rate, int seconds) throws Exception {
        paced(rate, seconds / 2, new AtomicLong());
        long[] nanos = paced(rate, seconds, new AtomicLong());
        System.out.printf(
                "%.2f %.2f %.1f%n",
                nanos[nanos.length / 2] / 1e6, nanos[nanos.length * 99 / 100] / 1e6, nanos[nanos.length - 1] / 1e6);
    }

    private long[] paced(int rate, int seconds, AtomicLong next) throws Exception {
        long start = System.nanoTime();
        long step = TimeUnit.SECONDS.toNanos(1) / rate;
        return Arrays.stream(run(PACED_CONNECTIONS, seconds, lane -> {
                    lane.due = start + step * next.getAndIncrement();
                    for (long left = lane.due - System.nanoTime(); left > 0; left = lane.due - System.nanoTime()) {
                        LockSupport.parkNanos(left);
                    }
                }))
                .flatMapToLong(LongStream::of)
                .sorted()
                .toArray();
    }

    /** What a lane does before each message. */
    private interface Pace {
        void await(Lane lane);
    }

    /** Returns how long each message took, in nanoseconds. Mailboxes are swept by the server; none fills up. */
    private long[][] run(int connections, int seconds, Pace pace) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        List<long[]> all = inParallel(connections, lane -> {
            LongStream.Builder times = LongStream.builder();
            while (System.nanoTime() < end) {
                lane.due = System.nanoTime();
                pace.await(lane);
                lane.publish("/topic/t" + lane.random(MAILBOXES), "text/plain", BODY);
                times.add(System.nanoTime() - lane.due);
            }
            return times.build().toArray();
        });
        return all.toArray(long[][]::new);
    }

    private void fill(int mailboxes, int each) throws Exception {
        String batch = ("\"" + BODY + "\"\n").repeat(each);
        AtomicLong next = new AtomicLong();
        inParallel(FILLING_CONNECTIONS, lane -> {
            for (long i = next.getAndIncrement(); i < mailboxes; i = next.getAndIncrement()) {
                lane.publish("/mailbox/client" + i, "application/x-ndjson", batch);
            }
            return null;
        });
    }

    private void growth(int messages, Path file) throws IOException {
        String batch = ("\"" + BODY + "\"\n").repeat(BATCH);
        List<String> sizes = new ArrayList<>();
        try (Lane lane = new Lane(port)) {
            String cursor = "start";
            for (int sent = BATCH; sent <= messages; sent += BATCH) {
                lane.publish("/mailbox/one", "application/x-ndjson", batch);
                String answer = lane.request("GET /mailbox/one?wait=0&limit=1000&after=" + cursor, "");
                cursor = answer.replaceFirst("(?s).*?\"cursor\":\"([^\"]*)\".*", "$1");
                if (sent % (messages / LOOKS) == 0) {
                    sizes.add("%.1f".formatted(Files.size(file) / 1e6));
                }
            }
        }
        System.out.println(String.join(" ", sizes));
    }

    private interface Task<T> {
        T run(Lane lane) throws IOException;
    }

    private <T> List<T> inParallel(int lanes, Task<T> task) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(lanes);
        Callable<T> one = () -> {
            try (Lane lane = new Lane(port)) {
                return task.run(lane);
            }
        };
        List<T> results = new ArrayList<>();
        for (Future<T> each : threads.invokeAll(Collections.nCopies(lanes, one))) {
            results.add(each.get());
        }
        threads.shutdown();
        return results;
    }

    /** One connection. */
    private static final class Lane implements AutoCloseable {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        private long seed = System.nanoTime();
        private long due;

        Lane(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            out = socket.getOutputStream();
        }

        long random(int bound) {
            seed = seed * 6364136223846793005L + 1442695040888963407L;
            return Long.remainderUnsigned(seed >>> 20, bound);
        }

        void publish(String path, String type, String body) throws IOException {
            String fields = "Content-Type: " + type + "\r\nContent-Length: " + body.length() + "\r\n";
            String answer = request("POST " + path, fields, body);
            if (!answer.contains("\"id\"")) {
                throw new IOException("not taken: " + answer);
            }
        }

        String request(String line, String fields) throws IOException {
            return request(line, fields, "");
        }

        private String request(String line, String fields, String body) throws IOException {
            String request = line + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: load\r\n" + fields + "\r\n" + body;
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            int length = 0;
            for (String field = line(); !field.isEmpty(); field = line()) {
                if (field.startsWith("Content-Length: ")) {
                    length = Integer.parseInt(field.substring("Content-Length: ".length()));
                }
            }
            return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new IOException("the server has closed the connection");
                }
                line.append((char) c);
            }
            return line.toString().strip();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
