// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Reading;
import dev.perch.mailbox.Wheel;
import dev.perch.metrics.Meters;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** {@code GET} and {@code HEAD}: all polls that are open, and how a request becomes one. */
final class Polls {
    /** Equal waits are shortened by up to a tenth at random, so that they do not end in step. */
    private static final double JITTER = 0.1;
    /** A poll that is answered at once, as most are under load, costs nothing but its time. */
    private static final long WATCHED_AFTER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Exchange exchange;
    private final Wheel wheel;
    private final Meters meters;
    private final DisconnectWatch watch;
    private final int maxOpen;
    private final int maxTopics;
    private final Set<ParkedPoll> open = ConcurrentHashMap.newKeySet();

    Polls(Exchange exchange, Wheel wheel, Meters meters, DisconnectWatch watch, int maxOpen, int maxTopics) {
        this.exchange = exchange;
        this.wheel = wheel;
        this.meters = meters;
        this.watch = watch;
        this.maxOpen = maxOpen;
        this.maxTopics = maxTopics;
    }

    void handle(HttpServletRequest request, AsyncContext async, QueueName queue) throws Refused {
        Parameters parameters = new Parameters(request);
        View view = View.of(parameters.format(), request.getHeader("Accept"));
        Reading.Start start = parameters.start();
        int waitSeconds = parameters.waitSeconds();
        Reading reading = new Reading(
                queue, parameters.topics(maxTopics), start, view.portion(parameters.limit()), jittered(waitSeconds));
        if (open.size() >= maxOpen) {
            throw Problem.TOO_MANY_POLLS.because("try again after Retry-After");
        }
        if (parameters.preferredWait() != null) {
            ((HttpServletResponse) async.getResponse()).setHeader("Preference-Applied", "wait=" + waitSeconds);
        }
        ParkedPoll poll = new ParkedPoll(this, async, view, kind(queue, start), exchange.clocks());
        open.add(poll);
        exchange.read(reading, poll);
    }

    private static String kind(QueueName queue, Reading.Start start) {
        if (!queue.isMailbox()) {
            return "topic";
        }
        return start instanceof Reading.Start.Handed ? "bare" : "cursor";
    }

    private static long jittered(int seconds) {
        double part = 1 - JITTER * ThreadLocalRandom.current().nextDouble();
        return (long) (TimeUnit.SECONDS.toNanos(seconds) * part);
    }

    /** Tells the position, and nothing else: for {@code HEAD}, and for what a browser fetches on suspicion. */
    void peek(AsyncContext async, QueueName queue, int status) {
        HttpServletResponse response = (HttpServletResponse) async.getResponse();
        Answers.fields(response);
        String cursor = exchange.position(queue).toString();
        response.setHeader("ETag", '"' + cursor + '"');
        response.setHeader("Perch-Cursor", cursor);
        response.setStatus(status);
        if (status == HttpServletResponse.SC_OK) {
            response.setContentType("application/json");
        }
        Answers.complete(async);
    }

    /** How many polls are open, by kind. */
    long open(String kind) {
        return open.stream().filter(poll -> poll.kind().equals(kind)).count();
    }

    int open() {
        return open.size();
    }

    /** Ends every poll that is open now, spread over that time. */
    void drain(long nanos) {
        List<ParkedPoll> polls = new ArrayList<>(open);
        Collections.shuffle(polls);
        long pause = polls.isEmpty() ? 0 : nanos / polls.size();
        long owed = 0;
        for (ParkedPoll poll : polls) {
            poll.end(End.DRAIN);
            owed += pause;
            if (owed > TimeUnit.MILLISECONDS.toNanos(1)) {
                LockSupport.parkNanos(owed);
                owed = 0;
            }
        }
    }

    /** Ends what began to park while the drain did. */
    void endAll() {
        open.forEach(poll -> poll.end(End.DRAIN));
    }

    void began(ParkedPoll poll) {
        wheel.schedule(poll, WATCHED_AFTER_NANOS);
    }

    void closed(ParkedPoll poll) {
        wheel.cancel(poll);
        if (poll.channel() != null) {
            watch.forget(poll);
        }
        open.remove(poll);
    }

    DisconnectWatch watch() {
        return watch;
    }

    Meters meters() {
        return meters;
    }
}
