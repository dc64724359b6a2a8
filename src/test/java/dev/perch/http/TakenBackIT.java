// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.perch.TestServer;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.eclipse.jetty.client.StringRequestContent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * HTTP/2 clients that take a request back while it is being answered: what belonged to it serves the next request on
 * the connection, which must not get anything of that answer.
 */
final class TakenBackIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int ROUNDS = 150;
    /** A client that takes back more than that in a second is cut off. */
    private static final int ON_ONE_CONNECTION = 30;

    /** As many messages as fit into one answer without being weighed, so that it takes long to put together. */
    private static final int MESSAGES = 800;

    private static final int NEXT = 4;

    private final long seed = Long.getLong("perch.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final TestServer server = TestServer.start();
    private final Http2Client others = new Http2Client(server);
    private Http2Client reads = new Http2Client(server);

    private static Logger everything() {
        return ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(Logger.ROOT_LOGGER_NAME);
    }

    @BeforeEach
    void listen() throws Exception {
        System.out.println("TakenBackIT: -Dperch.seed=" + seed);
        log.start();
        everything().addAppender(log);
        post("mailbox/next", "text/plain", "next");
    }

    @AfterEach
    void close() {
        everything().detachAppender(log);
        reads.close();
        others.close();
        server.close();
    }

    private CompletableFuture<Reply> publish(String path, String type, String body) {
        return others.post(path, new StringRequestContent(type, body));
    }

    private void post(String path, String type, String body) throws Exception {
        assertEquals(201, get(publish(path, type, body)).status());
    }

    private static Reply get(CompletableFuture<Reply> reply) throws Exception {
        return reply.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void aPollThatIsTakenBackWhileItIsAnsweredHarmsNobody() throws Exception {
        long answered = TimeUnit.MILLISECONDS.toNanos(20);
        for (int round = 0; round < ROUNDS; round++) {
            String box = box(round);
            CompletableFuture<Reply> poll = reads.read(box + "?wait=60&limit=1000");
            await().pollInterval(Duration.ofMillis(1)).atMost(SOON).until(() -> server.openPolls() == 1);
            long begun = System.nanoTime();
            CompletableFuture<Reply> published = publish(box, "application/x-ndjson", "\"gone\"\n".repeat(MESSAGES));
            LockSupport.parkNanos(random.nextLong(answered));
            boolean late = poll.isDone();
            poll.cancel(false);
            readNext();
            assertEquals(201, get(published).status());
            // About when the answer is on its way, whatever the machine.
            answered = late
                    ? Math.max(answered * 9 / 10, TimeUnit.MICROSECONDS.toNanos(100))
                    : Math.min(answered * 11 / 10, System.nanoTime() - begun);
        }
        checkThatAllIsWell();
    }

    @Test
    void aStreamThatIsTakenBackWhileItIsWrittenHarmsNobody() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String box = box(round);
            InputStream stream = reads.events(box);
            await().pollInterval(Duration.ofMillis(1)).atMost(SOON).until(() -> server.openStreams() == 1);
            CompletableFuture<Reply> published = publish(box, "application/x-ndjson", "\"gone\"\n".repeat(MESSAGES));
            LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(5)));
            stream.close();
            readNext();
            assertEquals(201, get(published).status());
            await().pollInterval(Duration.ofMillis(1)).atMost(SOON).until(() -> server.openStreams() == 0);
        }
        checkThatAllIsWell();
    }

    /** The mailbox of a round, of which so many have a connection to themselves. */
    private String box(int round) {
        if (round % ON_ONE_CONNECTION == 0) {
            reads.close();
            reads = new Http2Client(server);
        }
        return "mailbox/a" + round;
    }

    /** What comes next on the same connection. */
    private void readNext() throws Exception {
        List<CompletableFuture<Reply>> next = Stream.generate(() -> reads.read("mailbox/next?wait=0&after=start"))
                .limit(NEXT)
                .toList();
        for (CompletableFuture<Reply> reply : next) {
            assertEquals(List.of("next"), get(reply).data(), () -> "seed " + seed);
        }
    }

    private void checkThatAllIsWell() {
        await().atMost(SOON).until(() -> server.openPolls() == 0);
        List<String> complaints = List.copyOf(log.list).stream()
                .filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
        assertEquals(List.of(), complaints, () -> "seed " + seed);
    }
}
