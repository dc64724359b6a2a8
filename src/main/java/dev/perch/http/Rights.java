// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Caller;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.format.Route;
import dev.perch.mailbox.QueueName;

/**
 * What a caller has to be allowed for which request. It is asked before anything is looked up, so that what may not be
 * seen looks the same whether it exists or not.
 */
final class Rights {
    private Rights() {}

    /** Refuses a request that its caller may not send. Methods that do not exist here need nothing. */
    static void check(Caller caller, Route route, String method) throws Refused {
        if (caller == Caller.ANYBODY) {
            return;
        }
        QueueName queue = route.queue();
        boolean allowed =
                switch (route.part()) {
                    case QUEUE, BROADCAST ->
                        switch (method) {
                            case "GET", "HEAD" -> caller.mayRead(queue);
                            case "POST" -> caller.mayWrite(queue);
                            case "DELETE" -> caller.mayRemove(queue);
                            default -> true;
                        };
                    case STATUS -> caller.mayRead(queue);
                    case FOLLOW ->
                        caller.mayRead(queue)
                                && (!method.equals("PUT") || caller.mayRead(QueueName.topic(route.topic())));
                };
        if (!allowed) {
            throw refused();
        }
    }

    /** What is refused is not named: its sender knows, and nobody else has to. */
    static Refused refused() {
        return Problem.NOT_ALLOWED.because("get a token that names it in read or write; from can only be its subject");
    }
}
