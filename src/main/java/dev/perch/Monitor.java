// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import com.sun.management.OperatingSystemMXBean;
import dev.perch.format.Json;
import dev.perch.format.JsonObject;
import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.Store;
import dev.perch.metrics.Figures;
import dev.perch.metrics.Meters;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Publishes on the topic {@link QueueName#STATS} how the server does: what waits now, and what has come about since the
 * time before, whenever that was. For one thread at a time.
 */
final class Monitor {
    /** How long it can be read, in seconds. So a page that is opened shows what has been going on. */
    static final long TTL_SECONDS = 600;

    private static final Logger LOG = System.getLogger(Monitor.class.getName());
    private static final Path MEMORY_OF_THE_PROCESS = Path.of("/proc/self/statm");
    /** The size of a page of memory, wherever that file is in pages of the usual size. */
    private static final long PAGE_BYTES = 4096;

    private final Exchange exchange;
    private final Meters meters;
    private final Clocks clocks;
    private final long storeBytes;
    private final long began;
    private long lastNanos;
    private Figures last;
    private volatile boolean failed;

    /**
     * A monitor that has not said anything yet.
     *
     * @param storeBytes how much the store may hold
     */
    Monitor(Exchange exchange, Meters meters, Clocks clocks, long storeBytes) {
        this.exchange = exchange;
        this.meters = meters;
        this.clocks = clocks;
        this.storeBytes = storeBytes;
        this.began = clocks.nanoTime();
        this.lastNanos = began;
        this.last = meters.figures();
        exchange.tellStats();
    }

    /** Tells what has become of everything since the last time. */
    void tell() {
        long now = clocks.nanoTime();
        Figures figures = meters.figures();
        String json = json(figures, now);
        last = figures;
        lastNanos = now;
        Draft draft = new Draft(
                "application/json", json.getBytes(StandardCharsets.UTF_8), null, null, null, null, TTL_SECONDS);
        exchange.publish(QueueName.STATS, List.of(draft), null).whenComplete((publication, error) -> {
            if (publication instanceof Receipt) {
                failed = false;
            } else {
                complain("refusal=" + publication, error);
            }
        });
    }

    private void complain(String refusal, Throwable error) {
        if (!failed) {
            failed = true;
            LOG.log(
                    Logger.Level.WARNING,
                    "the figures cannot be told and will be again when they can " + refusal,
                    error);
        }
    }

    private String json(Figures figures, long now) {
        Store.Totals totals = exchange.totals();
        return Json.object(object -> {
            object.add("uptime", TimeUnit.NANOSECONDS.toSeconds(now - began))
                    .add("millis", TimeUnit.NANOSECONDS.toMillis(now - lastNanos))
                    .add("publishes", figures.publishes() - last.publishes())
                    .add("deliveries", figures.deliveries() - last.deliveries())
                    .addNumbers("delays", since(figures.delays(), last.delays()))
                    .addNumbers("refusals", since(figures.refusals(), last.refusals()))
                    .add("lost", figures.lost() - last.lost())
                    .addNumbers("waiting", figures.parked())
                    .add("connections", figures.connections())
                    .add("mailboxes", exchange.mailboxes())
                    .add("store", store -> store.add("messages", totals.messages())
                            .add("bytes", totals.bytes())
                            .add("memory", totals.memory())
                            .add("limit", storeBytes));
            addProcess(object);
            object.add("total", total -> total.add("publishes", figures.publishes())
                    .add("deliveries", figures.deliveries())
                    .addNumbers("refusals", figures.refusals())
                    .add("lost", figures.lost()));
        });
    }

    /** Of cumulative counts, how many there are in each class since; the last is for what is above all bounds. */
    private static List<Long> since(List<Long> now, List<Long> before) {
        List<Long> counts = new ArrayList<>(now.size());
        long below = 0;
        for (int i = 0; i < now.size(); i++) {
            long upTo = Math.max(below, now.get(i) - before.get(i));
            counts.add(upTo - below);
            below = upTo;
        }
        return counts;
    }

    private static Map<String, Long> since(Map<String, Long> now, Map<String, Long> before) {
        Map<String, Long> news = new TreeMap<>();
        now.forEach((code, count) -> {
            long more = count - before.getOrDefault(code, 0L);
            if (more > 0) {
                news.put(code, more);
            }
        });
        return news;
    }

    private static void addProcess(JsonObject object) throws IOException {
        Runtime runtime = Runtime.getRuntime();
        object.add("heap", heap -> heap.add("used", runtime.totalMemory() - runtime.freeMemory())
                .add("max", runtime.maxMemory()));
        if (Files.isReadable(MEMORY_OF_THE_PROCESS)) {
            List<String> pages = List.of(Files.readString(MEMORY_OF_THE_PROCESS).split(" ", -1));
            object.add("resident", Long.parseLong(pages.get(1)) * PAGE_BYTES);
        }
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            double load = system.getProcessCpuLoad();
            object.add("processor", Math.round(Math.max(0, load) * 100));
        }
    }
}
