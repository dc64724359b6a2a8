// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Json;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.Key;
import dev.perch.mailbox.Publication;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.Refusal;
import dev.perch.metrics.Meters;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;

/** {@code POST}: the body is the message; the answer leaves when the store has it. */
final class Publish {
    private final Exchange exchange;
    private final Meters meters;
    private final int maxBody;

    Publish(Exchange exchange, Meters meters, int maxBody) {
        this.exchange = exchange;
        this.meters = meters;
        this.maxBody = maxBody;
    }

    void handle(HttpServletRequest request, AsyncContext async, QueueName queue) throws IOException, Refused {
        Parameters parameters = new Parameters(request);
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw Problem.UNSUPPORTED.because("send the body without Content-Encoding");
        }
        // Not getContentType(), which throws when the charset is one that this machine does not know.
        Drafts drafts = new Drafts(request.getHeader("Content-Type"), parameters);
        String keyText = parameters.key();
        Body.read(request, maxBody).whenComplete((body, error) -> {
            try {
                if (error != null) {
                    refuse(async, error);
                    return;
                }
                publish(async, queue, drafts.of(body), keyText);
            } catch (Refused e) {
                refuse(async, e);
            } catch (RuntimeException e) {
                Answers.failed(async, e);
            }
        });
    }

    private void publish(AsyncContext async, QueueName queue, List<Draft> drafts, String keyText) {
        Key key = keyText == null ? null : Key.of(keyText, drafts);
        exchange.publish(queue, drafts, key).whenComplete((publication, error) -> {
            if (error != null) {
                refuse(async, Answers.storeFailed(error, "nothing was stored"));
            } else {
                answer(async, queue, publication);
            }
        });
    }

    private void answer(AsyncContext async, QueueName queue, Publication publication) {
        if (publication instanceof Receipt receipt) {
            meters.published(queue, receipt.count());
            String id = receipt.id().toString();
            Answers.json(
                    async,
                    201,
                    Json.object(object -> {
                                object.add("id", id).add("woken", receipt.woken());
                                if (receipt.count() > 1) {
                                    object.add("count", receipt.count());
                                }
                            })
                            + "\n");
        } else {
            refuse(async, Answers.refused((Refusal) publication));
        }
    }

    private void refuse(AsyncContext async, Throwable error) {
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        Refused refused = cause instanceof Refused known
                ? known
                : Problem.BAD_BODY.because("the body could not be read; send it again");
        meters.refused(refused.problem().code());
        Answers.problem(async, refused);
    }
}
