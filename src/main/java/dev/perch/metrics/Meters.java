// SPDX-License-Identifier: Apache-2.0
package dev.perch.metrics;

import dev.perch.mailbox.Batch;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.QueueName;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Every meter of the server. Any thread may use it. */
public final class Meters {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Counter toMailboxes = published("mailbox");
    private final Counter toTopics = published("topic");
    private final Counter delivered = Counter.builder("perch.deliveries")
            .description("messages given to readers")
            .register(registry);
    private final Counter lost = Counter.builder("perch.answers.failed")
            .description("answers with messages that could not be written; the messages were handed back")
            .register(registry);
    private final Counter answeredWithMessages = ended("message");
    private final Map<End, Counter> ends = new EnumMap<>(End.class);
    private final Timer parked = timer("perch.poll.duration", "from a poll's request to its answer", 60);
    private final Timer delay =
            timer("perch.delivery.delay", "from publish to the answer that a poll was parked for", 5);

    /** Meters that stand at zero. */
    public Meters() {
        for (End end : End.values()) {
            ends.put(end, ended(end.word()));
        }
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
    }

    private Counter published(String queue) {
        return Counter.builder("perch.publishes")
                .tag("queue", queue)
                .description("messages stored")
                .register(registry);
    }

    private Counter ended(String why) {
        return Counter.builder("perch.polls.ended")
                .tag("by", why)
                .description("polls answered")
                .register(registry);
    }

    private Timer timer(String name, String description, int maxSeconds) {
        return Timer.builder(name)
                .description(description)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(maxSeconds))
                .register(registry);
    }

    /** Shows what the store and the process hold. */
    public void observe(Exchange exchange, LongSupplier connections) {
        gauge("perch.store.messages", "messages kept", () -> exchange.totals().messages());
        gauge("perch.store.bytes", "bytes of the messages kept", () -> exchange.totals()
                .bytes());
        gauge("perch.store.memory.bytes", "memory that counts towards --store-bytes", () -> exchange.totals()
                .memory());
        gauge("perch.mailboxes", "mailboxes", exchange::mailboxes);
        gauge("perch.connections", "open connections", connections);
    }

    private void gauge(String name, String description, LongSupplier value) {
        Gauge.builder(name, value::getAsLong).description(description).register(registry);
    }

    /** Shows how many polls of a kind are parked. */
    public void parked(String kind, LongSupplier count) {
        Gauge.builder("perch.polls.parked", count::getAsLong)
                .tag("kind", kind)
                .description("polls that wait for their answer")
                .register(registry);
    }

    /** Messages were stored. */
    public void published(QueueName queue, int count) {
        (queue.isMailbox() ? toMailboxes : toTopics).increment(count);
    }

    /**
     * A poll is being answered.
     *
     * @param openNanos how long it was open, in nanoseconds
     * @param millis the time of day, in milliseconds since 1970
     */
    public void answered(Batch batch, long openNanos, long millis) {
        parked.record(openNanos, TimeUnit.NANOSECONDS);
        if (batch.end() != null) {
            ends.get(batch.end()).increment();
            return;
        }
        answeredWithMessages.increment();
        delivered.increment(batch.messages().size());
        for (Message message : batch.messages()) {
            long age = millis - message.time();
            if (age >= 0 && age <= TimeUnit.NANOSECONDS.toMillis(openNanos)) {
                delay.record(age, TimeUnit.MILLISECONDS);
            }
        }
    }

    /** An answer with messages could not be written. */
    public void lost() {
        lost.increment();
    }

    /** A request was refused, for a reason that has a code. */
    public void refused(String code) {
        Counter.builder("perch.refusals")
                .tag("reason", code.toLowerCase(Locale.ROOT))
                .description("requests refused")
                .register(registry)
                .increment();
    }

    /** All meters in the text format of Prometheus. */
    public String exposition() {
        return registry.scrape();
    }
}
