// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Json;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.Expectation;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;

/** {@code receipt=acked}: the publisher waits until a reader has come back with a cursor past the message. */
final class ParkedReceipt extends ParkedPublish<Long> {
    private final Exchange exchange;
    private final String mailbox;
    private final long waitNanos;

    ParkedReceipt(Surroundings around, AsyncContext async, Exchange exchange, QueueName mailbox, long waitNanos) {
        super(around, async);
        this.exchange = exchange;
        this.mailbox = mailbox.name();
        this.waitNanos = waitNanos;
        listen();
    }

    @Override
    public String kind() {
        return "receipt";
    }

    @Override
    List<Draft> drafts(List<Draft> drafts) {
        return drafts;
    }

    @Override
    Expectation<Long> expectation(Receipt stored) {
        return exchange.acknowledged(mailbox, stored.id(), waitNanos);
    }

    @Override
    String met() {
        return "acked";
    }

    @Override
    void count(End end) {
        around().meters().receipt(end);
    }

    @Override
    void answer(Expectation.Outcome<Long> outcome, Receipt stored, HttpServletResponse response) {
        End end = outcome.end();
        String json = Json.object(object -> {
            object.add("id", stored.id().toString());
            if (stored.count() > 1) {
                object.add("count", stored.count());
            }
            object.add("acked", end == null).add("ended", end == null ? null : end.word());
        });
        int status = end == null ? HttpServletResponse.SC_OK : HttpServletResponse.SC_ACCEPTED;
        Answers.json(async(), status, json + "\n");
    }
}
