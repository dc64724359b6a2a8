// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import dev.perch.store.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** One course of events, drawn from a seed: what clients ask, what time does, and in which order tasks run. */
final class Schedule {
    private static final String EPOCH = "e1";
    private static final List<String> MAILBOXES = List.of("ann", "bob");
    private static final List<String> TOPICS = List.of("news", "wind", "_broadcast");
    private static final List<QueueName> QUEUES = List.of(
            QueueName.mailbox("ann"),
            QueueName.mailbox("bob"),
            QueueName.topic("news"),
            QueueName.topic("wind"),
            QueueName.BROADCAST);
    private static final Duration TICK = Duration.ofMillis(50);
    private static final long[] WAITS = {0, 40, 700, 2_000, 25_000, 60_000};
    private static final long[] PASSES = {5, 60, 400, 1_100, 6_000, 30_000};

    private final SplittableRandom random;
    private final ManualClocks clocks = new ManualClocks();
    private final ManualExecutor executor;
    private final Wheel wheel;
    private final Limits limits;
    private final Model model;
    private final Exchange exchange;
    private final List<Cursor> cursors = new ArrayList<>();
    private int polls;
    private int bodies;

    Schedule(long seed) {
        random = new SplittableRandom(seed);
        executor = new ManualExecutor(random);
        wheel = new Wheel(clocks::nanos, executor);
        limits = limits();
        boolean lags = random.nextInt(3) == 0;
        model = new Model(limits, clocks, QUEUES, lags);
        Clocks time = clocks.clocks();
        MemoryStore memory = new MemoryStore(limits, time, EPOCH);
        model.store = memory;
        LaggingStore store = new LaggingStore(memory, model, executor, random, lags);
        exchange = new Exchange(store, limits, Presence.Settings.DEFAULT, time, wheel, executor);
        model.exchange = exchange;
        model.say("lags ", lags, ", ", limits);
    }

    private Limits limits() {
        boolean narrow = random.nextInt(6) == 0;
        return new Limits(
                2 + random.nextInt(4),
                random.nextInt(4) == 0 ? 40 : 100_000,
                2 + random.nextInt(4),
                random.nextInt(4) == 0 ? 40 : 100_000,
                narrow ? 7 : 10_000,
                10_000_000,
                100,
                1 + random.nextInt(2),
                1 + random.nextInt(3),
                Duration.ofSeconds(90),
                Duration.ofSeconds(20),
                Duration.ofSeconds(45));
    }

    /** Everything that was done, a line each. */
    @Override
    public String toString() {
        return model.steps();
    }

    void run() {
        int length = 20 + random.nextInt(60);
        while (model.step++ < length) {
            step();
            model.rethrow();
        }
        finish();
        model.rethrow();
    }

    private void step() {
        int dice = random.nextInt(100);
        if (dice < 24) {
            publish();
        } else if (dice < 50) {
            read();
        } else if (dice < 72) {
            work();
        } else if (dice < 78) {
            runDry();
        } else if (dice < 85) {
            passTime();
        } else if (dice < 88) {
            end(random.nextInt(8) == 0 ? End.DRAIN : End.GONE);
        } else if (dice < 91) {
            failWrite();
        } else if (dice < 95) {
            follow();
        } else if (dice < 96) {
            leave();
        } else if (dice < 97) {
            remove();
        } else {
            model.say("sweep");
            exchange.sweep();
        }
    }

    private <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private void publish() {
        QueueName queue = oneOf(QUEUES);
        List<Draft> drafts = new ArrayList<>();
        int count = random.nextInt(5) == 0 ? 1 + random.nextInt(5) : 1;
        for (int i = 0; i < count; i++) {
            drafts.add(draft());
        }
        Key key = random.nextInt(8) == 0 ? Key.of("k" + random.nextInt(2), repeatable(drafts)) : null;
        model.say("publish ", drafts.size(), " on ", queue, key == null ? "" : ", key " + key.value(), " ", drafts);
        exchange.publish(queue, drafts, key).thenAccept(outcome -> model.say("  gave ", outcome));
    }

    private List<Draft> repeatable(List<Draft> drafts) {
        if (random.nextBoolean()) {
            drafts.clear();
            drafts.add(Draft.text("again".getBytes(StandardCharsets.UTF_8)));
        }
        return drafts;
    }

    private Draft draft() {
        byte[] body = ("m" + bodies++ + (random.nextInt(6) == 0 ? "-longer-than-others" : ""))
                .getBytes(StandardCharsets.UTF_8);
        String except = random.nextInt(6) == 0 ? oneOf(MAILBOXES) : null;
        long ttl = random.nextInt(6) == 0 ? 1 + random.nextInt(60) : 0;
        return new Draft("text/plain", body, null, null, except, null, ttl);
    }

    private void read() {
        boolean topic = random.nextInt(6) == 0;
        QueueName queue = topic ? QueueName.topic(oneOf(TOPICS)) : QueueName.mailbox(oneOf(MAILBOXES));
        List<String> topics = random.nextInt(6) == 0 ? List.of(oneOf(TOPICS)) : List.of();
        int limit = random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 100;
        long bytes = random.nextInt(6) == 0 ? 12 : 1_000_000;
        long wait = WAITS[random.nextInt(WAITS.length)] * 1_000_000;
        Reading reading = new Reading(queue, topics, start(), new Portion(limit, bytes, Message::bytes), wait);
        Poll poll = new Poll(polls++, reading, model);
        model.say(
                poll, " reads ", queue, topics, " ", reading.start(), ", limit ", limit, ", ", bytes, ", wait ", wait);
        model.live.add(poll);
        exchange.read(reading, poll);
    }

    private Reading.Start start() {
        return switch (random.nextInt(20)) {
            case 0 -> new Reading.Start.Now();
            case 1, 2 -> new Reading.Start.Oldest();
            case 3 -> new Reading.Start.Elsewhere();
            case 4 -> new Reading.Start.After(new Cursor(EPOCH, random.nextInt(60), random.nextInt(4) == 0));
            case 5 -> new Reading.Start.After(new Cursor("e0", random.nextInt(20), false));
            case 6, 7, 8, 9, 10, 11, 12 -> latest();
            default -> new Reading.Start.Handed();
        };
    }

    /** After the cursor of an answer, most often a late one. */
    private Reading.Start latest() {
        int count = model.answered.size();
        if (count == 0) {
            return new Reading.Start.Handed();
        }
        Poll poll = model.answered.get(count - 1 - random.nextInt(Math.min(count, 4)));
        cursors.add(poll.batch.cursor());
        Cursor cursor = random.nextInt(6) == 0 ? oneOf(cursors) : poll.batch.cursor();
        return random.nextInt(3) == 0 ? new Reading.Start.Onward(cursor) : new Reading.Start.After(cursor);
    }

    private void work() {
        if (!executor.isDry()) {
            model.say("a task");
            executor.runOne();
        }
    }

    private void runDry() {
        model.say("all tasks");
        dry();
        clocks.advance(TICK);
        wheel.advance();
        dry();
        model.rethrow();
        model.checkAtRest();
    }

    private void dry() {
        while (!executor.isDry()) {
            executor.runOne();
            model.rethrow();
        }
    }

    private void passTime() {
        long millis = PASSES[random.nextInt(PASSES.length)];
        model.say(millis, " ms pass");
        clocks.advance(Duration.ofMillis(millis));
        if (random.nextInt(4) > 0) {
            wheel.advance();
        }
    }

    private void end(End why) {
        List<Poll> open =
                model.live.stream().filter(poll -> poll.reader != null).toList();
        if (!open.isEmpty()) {
            Poll poll = oneOf(open);
            model.say(poll, " is ended: ", why);
            poll.asked.add(why);
            boolean ended = poll.reader.end(why);
            model.check(!ended || poll.batch != null, "%s was ended but not answered", poll);
        }
    }

    private void failWrite() {
        int count = model.answered.size();
        if (count > 0) {
            Poll poll = model.answered.get(count - 1 - random.nextInt(Math.min(count, 4)));
            if (!poll.failed && poll.reader != null && poll.box != null && !poll.box.removed) {
                model.say(poll, " was not written");
                model.fail(poll);
            }
        }
    }

    private void follow() {
        String mailbox = oneOf(MAILBOXES);
        String topic = TOPICS.get(random.nextInt(2));
        Reading.Start start = random.nextInt(3) == 0 ? new Reading.Start.Oldest() : start();
        model.say(mailbox, " follows ", topic, " ", start);
        Model.Box box = model.boxes.get(mailbox);
        if (box != null) {
            box.usedNanos = clocks.nanos();
        }
        exchange.follow(mailbox, topic, start).thenAccept(outcome -> model.say("  gave ", outcome));
    }

    private void leave() {
        String mailbox = oneOf(MAILBOXES);
        String topic = TOPICS.get(random.nextInt(2));
        model.say(mailbox, " leaves ", topic);
        exchange.leave(mailbox, topic);
    }

    private void remove() {
        QueueName queue = oneOf(QUEUES);
        model.say(queue, " is removed");
        exchange.remove(queue);
    }

    /** The server drains: whoever waits is answered, and nothing is left behind. */
    private void finish() {
        model.say("drain");
        runDry();
        for (Poll poll : List.copyOf(model.live)) {
            poll.asked.add(End.DRAIN);
            poll.reader.end(End.DRAIN);
        }
        clocks.advance(Duration.ofSeconds(2));
        runDry();
        model.check(model.live.isEmpty(), "%s were never answered", model.live);
        model.check(model.answered.size() == polls, "%s answers to %s reads", model.answered.size(), polls);
        for (Mailbox mailbox : exchange.registry().mailboxes()) {
            model.check(mailbox.parked().isEmpty(), "somebody is still parked on %s", mailbox.name());
        }
        for (Topic topic : exchange.registry().topics()) {
            model.check(topic.parked().isEmpty(), "somebody is still parked on %s", topic.name());
            boolean held = !topic.unused() && topic.followers().isEmpty();
            model.check(!held || topic == exchange.registry().broadcast(), "%s is still held", topic.name());
        }
    }
}
