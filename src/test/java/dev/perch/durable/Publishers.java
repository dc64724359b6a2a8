// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** Clients that publish to a few queues, and others that read them meanwhile; each publish must be answered. */
final class Publishers {
    static final List<String> QUEUES =
            List.of("mailbox/m0", "mailbox/m1", "mailbox/m2", "mailbox/m3", "mailbox/m4", "topic/t0", "topic/t1");

    private static final int PUBLISHERS = 8;
    private static final int READERS = 2;
    private static final int BATCH = 5;
    private static final int SHORT = 200;
    private static final int LONG = 12_000;

    /** What was published: where, and with which text. Its texts differ in their first word from all others. */
    record Sent(String queue, String text) {}

    private final Talk talk;
    private final int messages;
    private final long seed;
    private final AtomicInteger next = new AtomicInteger();
    private final Map<String, Sent> sent = new ConcurrentHashMap<>();
    private final Map<String, List<String>> batches = new ConcurrentHashMap<>();
    private volatile boolean publishing = true;

    /** Clients of that server that will publish so many messages, or some more. */
    Publishers(URI server, int messages, long seed) {
        this.talk = new Talk(server);
        this.messages = messages;
        this.seed = seed;
    }

    /** Publishes it all, and returns when all has been answered. */
    void run() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(PUBLISHERS + READERS);
        try {
            List<Future<?>> publishers = new ArrayList<>();
            List<Future<?>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                String queue = QUEUES.get(i);
                readers.add(threads.submit(done(() -> read(queue))));
            }
            for (int i = 0; i < PUBLISHERS; i++) {
                Random random = new Random(seed + i);
                publishers.add(threads.submit(done(() -> publish(random))));
            }
            for (Future<?> publisher : publishers) {
                publisher.get();
            }
            publishing = false;
            for (Future<?> reader : readers) {
                reader.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private interface Task {
        void run() throws Exception;
    }

    private static Callable<Void> done(Task task) {
        return () -> {
            task.run();
            return null;
        };
    }

    private void publish(Random random) throws Exception {
        while (next.get() < messages) {
            String queue = QUEUES.get(random.nextInt(QUEUES.size()));
            List<String> texts = new ArrayList<>();
            int count = random.nextInt(BATCH) == 0 ? 2 + random.nextInt(BATCH - 1) : 1;
            for (int i = 0; i < count; i++) {
                texts.add(text(random));
            }
            String key = random.nextBoolean() ? "?key=" + texts.get(0).replaceFirst(" .*", "") : "";
            JsonObject receipt = count == 1
                    ? talk.publish(queue + key, "text/plain", texts.get(0))
                    : talk.publish(queue + key, "application/x-ndjson", ndjson(texts));
            note(queue, texts, receipt.get("id").getAsString());
        }
    }

    private String text(Random random) {
        int length = random.nextInt(random.nextInt(3) == 0 ? LONG : SHORT);
        String filling =
                random.ints(length, 'a', 'z' + 1).mapToObj(Character::toString).collect(Collectors.joining());
        return next.getAndIncrement() + " " + filling;
    }

    private static String ndjson(List<String> texts) {
        return texts.stream().map(text -> new JsonPrimitive(text) + "\n").collect(Collectors.joining());
    }

    private void note(String queue, List<String> texts, String id) {
        int dot = id.indexOf('.') + 1;
        long last = Long.parseLong(id.substring(dot));
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            ids.add(id.substring(0, dot) + (last - texts.size() + 1 + i));
            sent.put(ids.get(i), new Sent(queue, texts.get(i)));
        }
        batches.put(id, ids);
    }

    private void read(String queue) throws Exception {
        String cursor = "start";
        while (publishing) {
            cursor = talk.read(queue, cursor, 1).get("cursor").getAsString();
        }
    }

    /** All that was published, by id. */
    Map<String, Sent> sent() {
        return sent;
    }

    /** What was published with one request, by the id in its receipt: ids. */
    Map<String, List<String>> batches() {
        return batches;
    }
}
