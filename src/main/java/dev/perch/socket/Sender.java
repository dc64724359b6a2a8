// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import dev.perch.access.Caller;
import dev.perch.access.Excess;
import dev.perch.access.Visitor;
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
import java.util.List;

/**
 * Publishes what the client of one socket sends.
 *
 * @param caller who opened the socket
 * @param visitor the same as one whose publishes are counted, or null
 * @param to where it goes unless the client says otherwise, or null
 * @param from who sends it unless the client says otherwise, or null
 * @param except who does not get it unless the client says otherwise, or null; only for what goes to {@code to}
 */
record Sender(
        Exchange exchange, Meters meters, Caller caller, Visitor visitor, QueueName to, String from, String except) {
    /** Learns what became of a publish. */
    interface Outcome {
        /** It is stored. */
        void stored(Receipt receipt);

        /** It is not. */
        void refused(Refused refused);
    }

    /**
     * Publishes the drafts.
     *
     * @param queue where they go, or null for {@link #to}
     * @param key an idempotency key, or null
     */
    void publish(QueueName queue, List<Draft> drafts, Key key, Outcome outcome) {
        QueueName target = queue == null ? to : queue;
        if (!mayPublish(target, drafts)) {
            refused(notAllowed(), outcome);
            return;
        }
        Excess excess = visitor == null ? null : excess(target, drafts.size());
        if (excess != null) {
            refused(
                    Problem.TOO_FAST
                            .because(excess.advice())
                            .with(members -> members.add("retryAfter", excess.retrySeconds())),
                    outcome);
            return;
        }
        List<Draft> signed =
                drafts.stream().map(draft -> signed(draft, queue == null)).toList();
        exchange.publish(target, signed, key).whenComplete((publication, error) -> {
            if (error != null) {
                refused(Refusals.storeFailed(error, "nothing was stored"), outcome);
            } else if (publication instanceof Receipt receipt) {
                meters.published(target, receipt.count());
                outcome.stored(receipt);
            } else {
                refused(Refusals.of((Refusal) publication), outcome);
            }
        });
    }

    private Excess excess(QueueName target, int count) {
        Excess excess = visitor.publishes(count);
        boolean creates = target.isMailbox() && !exchange.has(target.name());
        return excess == null && creates ? visitor.creates() : excess;
    }

    /** A token may be over while its socket is about to be closed. */
    private boolean mayPublish(QueueName target, List<Draft> drafts) {
        return caller == Caller.ANYBODY
                || (caller.mayWrite(target)
                        && !caller.isOver(exchange.clocks().millis())
                        && drafts.stream().map(Draft::from).allMatch(caller::maySign));
    }

    /** What a caller may not do is refused without a word more than that. */
    static Refused notAllowed() {
        return Problem.NOT_ALLOWED.because("get a token that names it in read or write; from can only be its subject");
    }

    void refused(Refused refused, Outcome outcome) {
        meters.refused(refused.problem().code());
        outcome.refused(refused);
    }

    private Draft signed(Draft draft, boolean usual) {
        return caller.signed(new Draft(
                draft.contentType(),
                draft.body(),
                draft.type(),
                draft.from() == null ? from : draft.from(),
                draft.except() == null && usual ? except : draft.except(),
                draft.reply(),
                draft.ttlSeconds()));
    }
}
