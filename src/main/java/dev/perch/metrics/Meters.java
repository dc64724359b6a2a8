// SPDX-License-Identifier: Apache-2.0
package dev.perch.metrics;

import dev.perch.mailbox.Batch;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.QueueName;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
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
    private final Counter acknowledged = receipt("acked");
    private final Map<End, Counter> receipts = new EnumMap<>(End.class);
    private final Counter replied = ask("reply");
    private final Map<End, Counter> asks = new EnumMap<>(End.class);
    private final Timer parked = timer("perch.poll.duration", "from a poll's request to its answer", 60);
    private final Timer delay =
            timer("perch.delivery.delay", "from publish to the answer that a poll was parked for", 5);

    /** Meters that stand at zero. */
    public Meters() {
        for (End end : End.values()) {
            ends.put(end, ended(end.word()));
        }
        for (End end : EnumSet.of(End.WAIT, End.DRAIN, End.DELETED, End.TOKEN, End.GONE)) {
            receipts.put(end, receipt(end.word()));
        }
        for (End end : EnumSet.of(End.WAIT, End.DRAIN, End.TOKEN, End.GONE)) {
            asks.put(end, ask(end.word()));
        }
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
    }

    private Counter counter(String name, String tag, String value, String description) {
        return Counter.builder(name).tag(tag, value).description(description).register(registry);
    }

    private Counter published(String queue) {
        return counter("perch.publishes", "queue", queue, "messages stored");
    }

    private Counter ended(String why) {
        return counter("perch.polls.ended", "by", why, "polls answered");
    }

    private Counter receipt(String by) {
        return counter("perch.receipts", "by", by, "publishers answered that waited for an acknowledgement");
    }

    private Counter ask(String by) {
        return counter("perch.asks", "by", by, "publishers answered that waited for a reply");
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

    /** Shows what the access log could not take. */
    public void observe(AccessLog log) {
        FunctionCounter.builder("perch.access.log.dropped", log, AccessLog::dropped)
                .description("lines of the access log that were not written")
                .register(registry);
    }

    private void gauge(String name, String description, LongSupplier value) {
        Gauge.builder(name, value::getAsLong).description(description).register(registry);
    }

    /** Shows how many polls of a kind, streams, sockets, or publishers that wait are open. */
    public void parked(String kind, LongSupplier count) {
        Gauge.builder("perch.polls.parked", count::getAsLong)
                .tag("kind", kind)
                .description("polls and publishers that wait for their answer, streams and sockets")
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
        delivered(batch, openNanos, millis);
    }

    /**
     * A stream is being given what it has read, or a socket was.
     *
     * @param readNanos how long it read for it, in nanoseconds
     * @param millis the time of day, in milliseconds since 1970
     */
    public void streamed(Batch batch, long readNanos, long millis) {
        delivered(batch, readNanos, millis);
    }

    /** A stream is over, for a reason in a word. */
    public void streamEnded(String why) {
        counter("perch.streams.ended", "by", why, "streams ended").increment();
    }

    /** What is read of the figures is not counted, so that who looks at them changes none. */
    private void delivered(Batch batch, long openNanos, long millis) {
        int count = 0;
        for (Message message : batch.messages()) {
            if (message.queue().equals(QueueName.STATS)) {
                continue;
            }
            count++;
            long age = millis - message.time();
            if (age >= 0 && age <= TimeUnit.NANOSECONDS.toMillis(openNanos)) {
                delay.record(age, TimeUnit.MILLISECONDS);
            }
        }
        delivered.increment(count);
    }

    /** A publisher that waited for an acknowledgement has it, where {@code end} is null, or never will. */
    public void receipt(End end) {
        (end == null ? acknowledged : receipts.get(end)).increment();
    }

    /** A publisher that waited for a reply has it, where {@code end} is null, or never will. */
    public void ask(End end) {
        (end == null ? replied : asks.get(end)).increment();
    }

    /** A socket is being closed by the server, with that code. */
    public void socketClosed(int code) {
        counter("perch.sockets.closed", "code", Integer.toString(code), "sockets closed by the server")
                .increment();
    }

    /** A connection was closed, or not accepted, for a reason in a word: its client kept to no limit. */
    public void connectionClosed(String why) {
        counter("perch.connections.closed", "by", why, "connections closed because their clients went over a limit")
                .increment();
    }

    /** An answer with messages could not be written. */
    public void lost() {
        lost.increment();
    }

    /** A request was refused, for a reason that has a code. */
    public void refused(String code) {
        counter("perch.refusals", "reason", code.toLowerCase(Locale.ROOT), "requests refused")
                .increment();
    }

    /** What the meters stand at now. */
    public Figures figures() {
        Map<String, Long> waiting = new TreeMap<>();
        registry.find("perch.polls.parked")
                .gauges()
                .forEach(gauge -> waiting.put(gauge.getId().getTag("kind"), (long) gauge.value()));
        Map<String, Long> refusals = new TreeMap<>();
        registry.find("perch.refusals")
                .counters()
                .forEach(counter -> refusals.put(counter.getId().getTag("reason"), (long) counter.count()));
        Gauge connections = registry.find("perch.connections").gauge();
        return new Figures(
                (long) (toMailboxes.count() + toTopics.count()),
                (long) delivered.count(),
                (long) lost.count(),
                connections == null ? 0 : (long) connections.value(),
                waiting,
                refusals,
                delays());
    }

    /** Each is read from the first bucket of the timer that takes in so long a delay. */
    private List<Long> delays() {
        HistogramSnapshot snapshot = delay.takeSnapshot();
        List<Long> counts = new ArrayList<>();
        for (long millis : Figures.DELAYS) {
            double count = 0;
            for (CountAtBucket bucket : snapshot.histogramCounts()) {
                count = bucket.count();
                if (bucket.bucket(TimeUnit.MILLISECONDS) >= millis) {
                    break;
                }
            }
            counts.add((long) count);
        }
        counts.add(snapshot.count());
        return counts;
    }

    /** All meters in the text format of Prometheus. */
    public String exposition() {
        return registry.scrape();
    }
}
