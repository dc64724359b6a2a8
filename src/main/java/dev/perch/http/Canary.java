// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.Outlet;
import dev.perch.mailbox.Portion;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Reader;
import dev.perch.mailbox.Reading;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Proves that the server works by using it: parks a read on a reserved mailbox, publishes to it, and expects the read
 * to be woken with the message. At most one attempt a second is made; all who ask meanwhile share its outcome.
 *
 * <p>To be refused for want of space is nothing wrong: a server that is full is emptied by its readers, who could not
 * come if no request were sent to it any more, and publishers are told by themselves.
 */
final class Canary {
    private static final QueueName MAILBOX = QueueName.mailbox("_ready");
    private static final Portion ONE_MESSAGE = new Portion(1, Long.MAX_VALUE, Message::bytes);
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long TTL_SECONDS = 10;

    private final Exchange exchange;
    private CompletableFuture<String> latest;
    private long startedNanos;

    Canary(Exchange exchange) {
        this.exchange = exchange;
    }

    /** What is wrong, or null; the outcome of an attempt that began less than a second ago. */
    CompletableFuture<String> attempt() {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        synchronized (this) {
            long now = exchange.clocks().nanoTime();
            if (latest != null && now - startedNanos < FRESH_NANOS) {
                return latest;
            }
            latest = outcome;
            startedNanos = now;
        }
        Reading reading = new Reading(MAILBOX, List.of(), new Reading.Start.Now(), ONE_MESSAGE, WAIT_NANOS);
        CompletableFuture<Void> begun = new CompletableFuture<>();
        exchange.read(reading, new Perch(begun, outcome));
        // The first read has its mailbox made, which may take a while, and sees only what is published after that.
        begun.thenRun(() -> publish(outcome));
        return outcome;
    }

    private void publish(CompletableFuture<String> outcome) {
        byte[] body = "ready?".getBytes(StandardCharsets.US_ASCII);
        Draft draft = new Draft("text/plain", body, null, null, null, null, TTL_SECONDS);
        exchange.publish(MAILBOX, List.of(draft), null).whenComplete((publication, error) -> {
            if (error != null) {
                outcome.complete(unavailable(error));
            } else if (!(publication instanceof Receipt)) {
                outcome.complete(null);
            }
        });
    }

    private static String unavailable(Throwable error) {
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        return "the store is not available: " + cause.getMessage();
    }

    private record Perch(CompletableFuture<Void> begun, CompletableFuture<String> outcome) implements Outlet {
        @Override
        public void began(Reader reader) {
            begun.complete(null);
        }

        @Override
        public void answer(Batch batch) {
            outcome.complete(batch.messages().isEmpty() ? "a published message did not wake its reader" : null);
        }

        @Override
        public void refuse(Refusal refusal) {
            outcome.complete(null);
        }

        @Override
        public void broken(Throwable cause) {
            outcome.complete(unavailable(cause));
        }
    }
}
