// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Caller;
import dev.perch.access.Visitor;
import dev.perch.format.Drafts;
import dev.perch.format.Parameters;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.format.Refusals;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.Key;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.Refusal;
import dev.perch.metrics.Meters;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/** {@code POST}: the body is the message; the answer leaves when the store has it, or when more has come of it. */
final class Publish {
    private final Exchange exchange;
    private final Meters meters;
    private final Parked.Surroundings around;
    private final Bodies bodies;

    Publish(Exchange exchange, Parked.Surroundings around, Bodies bodies) {
        this.exchange = exchange;
        this.meters = around.meters();
        this.around = around;
        this.bodies = bodies;
    }

    void handle(HttpServletRequest request, AsyncContext async, QueueName queue, Caller caller)
            throws IOException, Refused {
        Parameters parameters = new Parameters(request.getQueryString(), request::getHeader);
        Drafts drafts = bodies.drafts(request, parameters, caller);
        String keyText = parameters.key();
        ParkedPublish<?> parked = parked(async, queue, parameters, caller);
        bodies.read(request).whenComplete((body, error) -> {
            try {
                if (error != null) {
                    throw Bodies.refused(error);
                }
                List<Draft> messages = signed(drafts.of(body), caller);
                if (messages.size() > 1 && async.getRequest().getAttribute(Visitor.ATTRIBUTE) instanceof Visitor by) {
                    by.published(messages.size() - 1);
                }
                publish(async, queue, messages, keyText, parked);
            } catch (Refused e) {
                refuse(async, e);
            } catch (RuntimeException | Error e) {
                if (parked != null) {
                    parked.closed();
                }
                Answers.failed(async, e);
            }
        });
    }

    /** The drafts with their sender, where that is known. */
    static List<Draft> signed(List<Draft> drafts, Caller caller) {
        return caller == Caller.ANYBODY
                ? drafts
                : drafts.stream().map(caller::signed).toList();
    }

    /** For a publisher that waits for more than the store; else null. */
    private ParkedPublish<?> parked(AsyncContext async, QueueName queue, Parameters parameters, Caller caller)
            throws Refused {
        boolean receipt = parameters.receipt();
        boolean reply = parameters.reply();
        if (!receipt && !reply) {
            return null;
        }
        if (!queue.isMailbox()) {
            throw Problem.BAD_PARAMETER.because("only who publishes to one mailbox can wait for a receipt or a reply");
        }
        if (receipt && reply) {
            throw Problem.BAD_PARAMETER.because("a reply is the better receipt; ask for one of the two");
        }
        if (reply && parameters.key() != null) {
            throw Problem.BAD_PARAMETER.because("a key gets an earlier message, and its reply has gone; leave one out");
        }
        int waitSeconds = parameters.waitSeconds();
        Reads.prefer(async, parameters, waitSeconds);
        long waitNanos = around.within(caller, waitSeconds);
        return reply
                ? new ParkedAsk(around, async, exchange, waitNanos)
                : new ParkedReceipt(around, async, exchange, queue, waitNanos);
    }

    private void publish(
            AsyncContext async, QueueName queue, List<Draft> drafts, String keyText, ParkedPublish<?> parked)
            throws Refused {
        Key key = keyText == null ? null : Key.of(keyText, drafts);
        List<Draft> stored = parked == null ? drafts : parked.open(drafts);
        exchange.publish(queue, stored, key).whenComplete((publication, error) -> {
            if (error == null && publication instanceof Receipt receipt) {
                meters.published(queue, receipt.count());
                if (parked == null) {
                    answer(async, receipt);
                } else {
                    parked.stored(receipt);
                }
                return;
            }
            if (parked != null) {
                parked.closed();
            }
            refuse(
                    async,
                    error == null
                            ? Refusals.of((Refusal) publication)
                            : Refusals.storeFailed(error, "nothing was stored"));
        });
    }

    private static void answer(AsyncContext async, Receipt receipt) {
        // A cursor has no character that JSON would have to escape.
        String count = receipt.count() > 1 ? ",\"count\":" + receipt.count() : "";
        String json = "{\"id\":\"" + receipt.id() + "\",\"woken\":" + receipt.woken() + count + "}\n";
        Answers.json(async, HttpServletResponse.SC_CREATED, json);
    }

    private void refuse(AsyncContext async, Refused refused) {
        meters.refused(refused.problem().code());
        Answers.problem(async, refused);
    }
}
