// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Caller;
import dev.perch.format.Json;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.format.Refusals;
import dev.perch.format.Route;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Reading.Start;
import dev.perch.mailbox.Refusal;
import dev.perch.mailbox.Status;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;

/** What is neither publishing nor reading: follow, leave, remove, status. */
final class Upkeep {
    private final Exchange exchange;

    Upkeep(Exchange exchange) {
        this.exchange = exchange;
    }

    void follow(AsyncContext async, Route route, Start start) {
        String mailbox = route.queue().name();
        exchange.follow(mailbox, route.topic(), start).whenComplete((follow, error) -> {
            if (error != null) {
                broken(async, error);
            } else if (follow.refusal() != null) {
                Answers.problem(async, Refusals.of(follow.refusal()));
            } else {
                String since = follow.since().toString();
                Answers.json(
                        async,
                        200,
                        Json.object(object -> object.add("mailbox", mailbox)
                                        .add("topic", route.topic())
                                        .add("since", since))
                                + "\n");
            }
        });
    }

    void leave(AsyncContext async, Route route) {
        exchange.leave(route.queue().name(), route.topic()).whenComplete((done, error) -> done(async, error));
    }

    void remove(AsyncContext async, QueueName queue) {
        exchange.remove(queue).whenComplete((done, error) -> done(async, error));
    }

    private static void done(AsyncContext async, Throwable error) {
        if (error != null) {
            broken(async, error);
            return;
        }
        HttpServletResponse response = (HttpServletResponse) async.getResponse();
        Answers.fields(response);
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        Answers.complete(async);
    }

    private static void broken(AsyncContext async, Throwable error) {
        Answers.problem(async, Refusals.storeFailed(error, "nothing was changed"));
    }

    void status(AsyncContext async, QueueName queue, Caller caller) throws Refused {
        Refusal unreadable = exchange.unreadable(queue);
        if (unreadable != null) {
            throw Refusals.of(unreadable);
        }
        Optional<Status> status = exchange.status(queue);
        if (status.isEmpty()) {
            Answers.problem(
                    async,
                    Problem.NOT_FOUND,
                    queue.isMailbox()
                            ? "no such mailbox yet; the first message, read or follow creates it"
                            : "nobody has published on this topic, follows it or watches it");
            return;
        }
        Answers.jsonOrScript(
                async,
                200,
                (status.get() instanceof Status.OfMailbox mailbox
                                ? mailbox(mailbox)
                                : topic((Status.OfTopic) status.get(), caller))
                        + "\n");
    }

    private static String mailbox(Status.OfMailbox mailbox) {
        return Json.object(object -> object.add("mailbox", mailbox.name())
                .add("online", mailbox.online())
                .add("since", mailbox.sinceMillis())
                .add("parked", mailbox.parked())
                .add("messages", mailbox.size().messages())
                .add("bytes", mailbox.size().bytes())
                .add("last", mailbox.last().toString())
                .add("handed", mailbox.handed().toString())
                .add("acked", mailbox.acked().toString())
                .add("follows", topics -> {
                    for (var follow : mailbox.follows().entrySet()) {
                        topics.add(follow.getKey(), follow.getValue().toString());
                    }
                }));
    }

    /** Of those who follow it only those are told that the caller may read: who else there is, is not for everybody. */
    private static String topic(Status.OfTopic topic, Caller caller) {
        List<String> followers = topic.followers().stream()
                .filter(name -> caller.mayRead(QueueName.mailbox(name)))
                .toList();
        return Json.object(object -> object.add("topic", topic.name())
                .add("parked", topic.parked())
                .add("messages", topic.size().messages())
                .add("bytes", topic.size().bytes())
                .add("last", topic.last().toString())
                .add("followers", followers));
    }
}
