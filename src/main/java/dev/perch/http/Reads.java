// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Caller;
import dev.perch.access.Excess;
import dev.perch.format.Jsonp;
import dev.perch.format.NdjsonEncoding;
import dev.perch.format.Parameters;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.format.Refusals;
import dev.perch.format.SseEncoding;
import dev.perch.format.StreamEncoding;
import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Reading;
import dev.perch.mailbox.Refusal;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jetty.util.Callback;

/** {@code GET} and {@code HEAD}: how a request becomes a poll or a stream. */
final class Reads {
    /** Equal waits are shortened by up to a tenth at random, so that they do not end in step. */
    private static final double JITTER = 0.1;

    private static final StreamEncoding NDJSON = new NdjsonEncoding();
    private static final StreamEncoding EVENTS = new SseEncoding(false);
    private static final StreamEncoding ENVELOPES = new SseEncoding(true);
    private static final StreamEncoding BEATING = SseEncoding.beating(Course.HEARTBEAT_SECONDS);

    private final Exchange exchange;
    private final Drain drain;
    private final OpenReads open;
    private final int maxTopics;
    private final long streamLife;
    private final Parked.Surroundings polls;
    private final Stream.Surroundings streams;

    Reads(Exchange exchange, Parked.Surroundings around, Drain drain, HttpSettings settings) {
        this.exchange = exchange;
        this.drain = drain;
        this.open = around.open();
        this.maxTopics = settings.maxTopics();
        this.streamLife = settings.streamLife().toNanos();
        this.polls = around;
        this.streams = new Stream.Surroundings(
                exchange,
                open,
                around.wheel(),
                around.meters(),
                settings.deadlines().write());
    }

    void handle(HttpServletRequest request, AsyncContext async, QueueName queue, Caller caller)
            throws IOException, Refused {
        Parameters parameters = new Parameters(request.getQueryString(), request::getHeader);
        Jsonp jsonp = Answers.jsonp((HttpServletResponse) async.getResponse());
        Form form = Form.of(parameters.format(), jsonp == null ? request.getHeader("Accept") : null);
        if (jsonp != null && form != Form.JSON) {
            throw Problem.BAD_PARAMETER.because("with callback the format can only be json; leave one of them out");
        }
        switch (form) {
            case JSON -> poll(async, queue, parameters, View.JSON, caller, jsonp);
            case TEXT -> poll(async, queue, parameters, View.TEXT, caller, null);
            case NDJSON -> stream(async, queue, parameters, NDJSON, caller);
            case SSE -> stream(async, queue, parameters, events(parameters), caller);
        }
    }

    private static StreamEncoding events(Parameters parameters) throws Refused {
        if (!parameters.isOn("envelope")) {
            return EVENTS;
        }
        return parameters.isOn("beat") ? BEATING : ENVELOPES;
    }

    private void poll(AsyncContext async, QueueName queue, Parameters parameters, View view, Caller caller, Jsonp jsonp)
            throws Refused {
        drain.refuseWhenDraining();
        Reading.Start start = parameters.start();
        if (parameters.limit() == 0) {
            tell(async, queue, view, jsonp);
            return;
        }
        int waitSeconds = parameters.waitSeconds();
        Reading reading = new Reading(
                queue,
                topics(parameters, caller),
                start,
                view.portion(parameters.limit()),
                polls.within(caller, waitSeconds));
        open.refuseWhenFull();
        prefer(async, parameters, waitSeconds);
        exchange.read(reading, new ParkedPoll(polls, async, view, kind(queue, start), jsonp));
    }

    /** Further topics, all of which the caller may read. */
    private List<String> topics(Parameters parameters, Caller caller) throws Refused {
        List<String> topics = parameters.topics(maxTopics);
        for (String topic : topics) {
            if (!caller.mayRead(QueueName.topic(topic))) {
                throw Rights.refused();
            }
        }
        return topics;
    }

    private static String kind(QueueName queue, Reading.Start start) {
        if (!queue.isMailbox()) {
            return "topic";
        }
        return start instanceof Reading.Start.Handed ? "bare" : "cursor";
    }

    /** Says how long it waits to a client that asked in a header (RFC 7240 section 3). */
    static void prefer(AsyncContext async, Parameters parameters, int waitSeconds) {
        if (parameters.preferredWait() != null) {
            ((HttpServletResponse) async.getResponse()).setHeader("Preference-Applied", "wait=" + waitSeconds);
        }
    }

    private void stream(
            AsyncContext async, QueueName queue, Parameters parameters, StreamEncoding encoding, Caller caller)
            throws IOException, Refused {
        Reading.Start start = exchange.stream(queue, parameters.start());
        Course course = new Course(queue, topics(parameters, caller), start, encoding, polls.clocks());
        course.endAfter(jittered(streamLife), caller);
        Stream stream = new Stream(streams, async, encoding, course);
        try {
            drain.refuseWhenDraining();
            if (async.getRequest().getAttribute(Excess.ATTRIBUTE) instanceof Excess excess) {
                throw Turnstile.refused(excess);
            }
            open.refuseWhenFull();
        } catch (Refused e) {
            stream.refuse(e);
            return;
        }
        open.add(stream);
        stream.begin();
    }

    /** A time shortened by up to a tenth. */
    static long jittered(long nanos) {
        return (long) (nanos * (1 - JITTER * ThreadLocalRandom.current().nextDouble()));
    }

    /** Tells the position as a poll that found nothing would. */
    private void tell(AsyncContext async, QueueName queue, View view, Jsonp jsonp) throws Refused {
        Cursor cursor = position(async, queue);
        HttpServletResponse response = (HttpServletResponse) async.getResponse();
        Batch nothing = new Batch(List.of(), cursor, null, End.WAIT);
        Answers.send(async, response, Answers.shown(response, view.show(nothing, response), jsonp), Callback.NOOP);
    }

    private Cursor position(AsyncContext async, QueueName queue) throws Refused {
        Refusal unreadable = exchange.unreadable(queue);
        if (unreadable != null) {
            throw Refusals.of(unreadable);
        }
        HttpServletResponse response = (HttpServletResponse) async.getResponse();
        Answers.fields(response);
        Cursor cursor = exchange.position(queue);
        Answers.at(response, cursor);
        return cursor;
    }

    /** Tells the position, and nothing else: for {@code HEAD}, and for what a browser fetches on suspicion. */
    void peek(AsyncContext async, QueueName queue, int status) throws Refused {
        position(async, queue);
        HttpServletResponse response = (HttpServletResponse) async.getResponse();
        response.setStatus(status);
        if (status == HttpServletResponse.SC_OK) {
            response.setContentType("application/json");
        }
        Answers.complete(async);
    }
}
