// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.ContentType;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Ask;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.Expectation;
import dev.perch.mailbox.Receipt;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.util.Callback;

/** {@code reply=1}: the publisher waits for whoever reads the message to reply to it, and is given that reply. */
final class ParkedAsk extends ParkedPublish<Draft> {
    private final Exchange exchange;
    private final long waitNanos;
    private Ask ask;

    ParkedAsk(Surroundings around, AsyncContext async, Exchange exchange, long waitNanos) {
        super(around, async);
        this.exchange = exchange;
        this.waitNanos = waitNanos;
        listen();
    }

    @Override
    public String kind() {
        return "reply";
    }

    @Override
    List<Draft> drafts(List<Draft> drafts) throws Refused {
        if (drafts.size() != 1) {
            throw Problem.BAD_PARAMETER.because("one message gets one reply; send the lines one by one");
        }
        ask = exchange.ask();
        return List.of(drafts.get(0).withReply(ReplyServlet.PATH + ask.id()));
    }

    /** The reply may be there already: whoever waits for the message sees it before its publisher hears of it. */
    @Override
    Expectation<Draft> expectation(Receipt stored) {
        ask.reply().within(waitNanos);
        return ask.reply();
    }

    @Override
    void closed() {
        super.closed();
        if (ask != null) {
            ask.reply().end(End.GONE);
        }
    }

    @Override
    String met() {
        return "reply";
    }

    @Override
    void count(End end) {
        around().meters().ask(end);
    }

    @Override
    void answer(Expectation.Outcome<Draft> outcome, Receipt stored, HttpServletResponse response) {
        String id = stored.id().toString();
        if (outcome.end() != null) {
            Answers.problem(
                    async(),
                    Problem.NO_REPLY
                            .because("nobody has replied yet; the message stays in the mailbox, but a reply to it comes"
                                    + " too late")
                            .with(members -> members.add("id", id)
                                    .add("ended", outcome.end().word())));
            return;
        }
        Draft reply = outcome.met();
        Answers.fields(response);
        response.setStatus(HttpServletResponse.SC_OK);
        response.setHeader("Message-Id", id);
        response.setHeader("Message-Type", reply.type());
        response.setHeader("Message-From", reply.from());
        response.setContentType(ContentType.harmless(reply.contentType()));
        Answers.send(async(), response, List.of(ByteBuffer.wrap(reply.body())), Callback.NOOP);
    }
}
