// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.lang.System.Logger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps the topic {@link QueueName#PRESENCE} in step with who is online. Of one mailbox it says online and offline in
 * turn. One thread at a time compares what it has said with what is so, and publishes the difference; if the store does
 * not take that, it is tried again a second later.
 */
final class PresenceTopic {
    private static final Logger LOG = System.getLogger(PresenceTopic.class.getName());
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Who comes online at once, as after a restart, is told of in batches. */
    private static final int BATCH = 100;
    /** More than what one message takes, in bytes. */
    private static final int LONGEST = 200;

    private final Store store;
    private final Presence.Settings settings;
    private final Clocks clocks;
    private final Wheel wheel;
    private final Executor executor;
    private final int batch;
    private final Queue<Presence> changed = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean underWay = new AtomicBoolean();

    // Those below belong to the one thread that underWay stands for.
    private final Map<String, Presence> toldOnline = new HashMap<>();
    private final List<Draft> owed = new ArrayList<>();
    private boolean refused;

    PresenceTopic(
            Store store, Limits limits, Presence.Settings settings, Clocks clocks, Wheel wheel, Executor executor) {
        this.store = store;
        this.settings = settings;
        this.clocks = clocks;
        this.wheel = wheel;
        this.executor = executor;
        this.batch =
                (int) Math.max(1, Math.min(BATCH, Math.min(limits.topicMessages(), limits.topicBytes() / LONGEST)));
    }

    /** Whether anything is ever published on it. */
    boolean isTold() {
        return settings.told();
    }

    long lingerNanos() {
        return settings.linger().toNanos();
    }

    Clocks clocks() {
        return clocks;
    }

    Wheel wheel() {
        return wheel;
    }

    /** A mailbox has come online or gone offline. Reserved ones are the server's own business. */
    void changed(Presence presence) {
        if (isTold() && !QueueName.isReserved(presence.mailbox())) {
            changed.add(presence);
            begin();
        }
    }

    private void begin() {
        if (underWay.compareAndSet(false, true)) {
            executor.execute(this::tell);
        }
    }

    private void tell() {
        while (owed.size() < batch && !changed.isEmpty()) {
            compare(changed.remove());
        }
        if (!owed.isEmpty()) {
            publish(owed.subList(0, Math.min(batch, owed.size())));
            return;
        }
        underWay.set(false);
        if (!changed.isEmpty()) {
            begin();
        }
    }

    /** A mailbox that was removed and made again has another presence: it went offline in between. */
    private void compare(Presence presence) {
        Presence told = toldOnline.get(presence.mailbox());
        boolean online = presence.state().online();
        if (told != null && (online ? told != presence : told == presence)) {
            toldOnline.remove(presence.mailbox());
            owed.add(draft(presence, "offline"));
        }
        if (online && told != presence) {
            toldOnline.put(presence.mailbox(), presence);
            owed.add(draft(presence, "online"));
        }
    }

    /** A name has no character that JSON would have to escape. */
    private static Draft draft(Presence presence, String state) {
        String body = "{\"mailbox\":\"" + presence.mailbox() + "\",\"state\":\"" + state + "\"}";
        return new Draft("application/json", body.getBytes(StandardCharsets.US_ASCII), null, null, null, null, 0);
    }

    private void publish(List<Draft> drafts) {
        store.append(QueueName.PRESENCE, List.copyOf(drafts), null).whenComplete((publication, error) -> {
            if (publication instanceof Receipt) {
                refused = false;
                drafts.clear();
                executor.execute(this::tell);
            } else {
                complain(publication, error);
                wheel.after(AGAIN_NANOS, this::tell);
            }
        });
    }

    private void complain(Publication refusal, Throwable error) {
        if (!refused) {
            refused = true;
            LOG.log(
                    Logger.Level.WARNING,
                    "who is online cannot be told and will be tried again refusal=" + refusal,
                    error);
        }
    }
}
