// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.http.RawClient;
import dev.perch.http.Reply;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A client that publishes one message after the other on one connection, and repeats what got no answer, under the same
 * key, as often as it takes. On each new server it also repeats its last acknowledged message, which must change
 * nothing.
 */
final class Publisher implements Runnable {
    private static final long PATIENCE_SECONDS = 60;

    private static final int MAX_LETTERS = 600;

    private final int number;
    private final Whereabouts server;
    private final Supplier<String> target;
    private final Random sizes = new Random(0);
    private final List<Sent> acknowledged = new ArrayList<>();
    private volatile boolean running = true;
    private volatile int count;
    private volatile Throwable failure;
    private int unanswered;
    private int refused;
    private RawClient raw;

    /**
     * What the server has.
     *
     * @param target where it was published: {@code mailbox/m1}
     * @param id what the server calls it
     */
    record Sent(Text text, String target, String id) {
        long offset() {
            return Long.parseLong(id.substring(id.indexOf('.') + 1));
        }

        String epoch() {
            return id.substring(0, id.indexOf('.'));
        }
    }

    /** A publisher that asks for the target of each message. */
    Publisher(int number, Whereabouts server, Supplier<String> target) {
        this.number = number;
        this.server = server;
        this.target = target;
    }

    @Override
    public void run() {
        try {
            for (int i = 0; running; i++) {
                publish(new Text(number, i, sizes.nextInt(MAX_LETTERS)), target.get());
            }
        } catch (Exception | AssertionError e) {
            failure = e;
        } finally {
            forget();
        }
    }

    private void forget() {
        try {
            if (raw != null) {
                raw.close();
            }
        } catch (IOException e) {
            failure = e;
        }
        raw = null;
    }

    private void publish(Text text, String to) throws Exception {
        Reply reply = answered(text, to);
        if (reply.status() == 429) {
            refused++;
            return;
        }
        Sent sent = new Sent(text, to, reply.assertStatus(201).string("id"));
        if (!acknowledged.isEmpty()) {
            Sent last = acknowledged.get(acknowledged.size() - 1);
            assertEquals(last.epoch(), sent.epoch());
            assertTrue(last.offset() < sent.offset(), () -> last + " before " + sent);
        }
        acknowledged.add(sent);
        count = acknowledged.size();
    }

    private Reply answered(Text text, String to) throws Exception {
        while (true) {
            try {
                if (raw == null) {
                    raw = RawClient.connect(server.uri().get(PATIENCE_SECONDS, TimeUnit.SECONDS), 0);
                    repeatTheLast();
                }
                return post(text, to);
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (IOException e) {
                unanswered++;
                forget();
            }
        }
    }

    private void repeatTheLast() throws IOException {
        if (!acknowledged.isEmpty()) {
            Sent last = acknowledged.get(acknowledged.size() - 1);
            assertEquals(
                    last.id(),
                    post(last.text(), last.target()).assertStatus(201).string("id"));
        }
    }

    private Reply post(Text text, String to) throws IOException {
        byte[] body = text.toString().getBytes(StandardCharsets.US_ASCII);
        return raw.post("/" + to + "?key=" + text.key(), "text/plain", body).receive();
    }

    /** Lets it end when its message is acknowledged. */
    void stop() {
        running = false;
    }

    /** How many messages have been acknowledged; for any thread. */
    int count() {
        return count;
    }

    /** What went wrong, or null; for any thread. */
    Throwable failure() {
        return failure;
    }

    /** What has been acknowledged, in its order; when the publisher has ended. */
    List<Sent> acknowledged() {
        return acknowledged;
    }

    /** How many requests got no answer; when the publisher has ended. */
    int unanswered() {
        return unanswered;
    }

    /** How many messages found their mailbox full; when the publisher has ended. */
    int refused() {
        return refused;
    }
}
