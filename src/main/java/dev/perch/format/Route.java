// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.QueueName;

/**
 * What a path names.
 *
 * @param queue the mailbox or topic
 * @param part what of it
 * @param topic the topic that is followed, or null
 */
public record Route(QueueName queue, Part part, String topic) {
    /** What there is, for those who ask for something else. */
    public static final String PATHS =
            "/mailbox/{name}, /mailbox/{name}/topic/{topic}, /mailbox/{name}/status, /topic/{name}, /topic/{name}/status,"
                    + " /broadcast, /reply/{id}, /health/live, /health/ready, /metrics, /";

    /** What of a mailbox or topic is meant. */
    public enum Part {
        /** A mailbox or a topic. */
        QUEUE("GET, HEAD, POST, DELETE, OPTIONS"),
        /** The topic that every mailbox follows. */
        BROADCAST("GET, HEAD, POST, OPTIONS"),
        /** What there is to tell about a mailbox or a topic. */
        STATUS("GET, HEAD, OPTIONS"),
        /** That a mailbox follows a topic. */
        FOLLOW("PUT, DELETE, OPTIONS");

        private final String methods;

        Part(String methods) {
            this.methods = methods;
        }

        /** The methods that make sense here, as in an {@code Allow} field. */
        public String methods() {
            return methods;
        }
    }

    /** The route of a raw path; each part of it is decoded once. */
    public static Route of(String path) throws Refused {
        String[] raw = path.substring(1).split("/", -1);
        String[] parts = new String[raw.length];
        for (int i = 0; i < raw.length; i++) {
            parts[i] = Query.decode(raw[i].replace("+", "%2B"));
        }
        if (parts[0].equals("broadcast") && parts.length == 1) {
            return new Route(QueueName.BROADCAST, Part.BROADCAST, null);
        }
        boolean mailbox = parts[0].equals("mailbox");
        if (parts.length > 2 && parts[parts.length - 1].isEmpty()) {
            throw Problem.NOT_FOUND.because("the path ends in a slash; leave it out");
        }
        if (parts.length < 2 || parts.length > 4 || (!mailbox && !parts[0].equals("topic"))) {
            throw notFound();
        }
        QueueName queue = mailbox ? QueueName.mailbox(name(parts[1])) : QueueName.topic(name(parts[1]));
        if (parts.length == 2) {
            return new Route(queue, Part.QUEUE, null);
        }
        if (parts.length == 3 && parts[2].equals("status")) {
            return new Route(queue, Part.STATUS, null);
        }
        if (parts.length == 4 && mailbox && parts[2].equals("topic")) {
            return new Route(queue, Part.FOLLOW, name(parts[3]));
        }
        throw notFound();
    }

    /** The mailbox or topic in a text like {@code mailbox/bob}, if everybody may publish there. */
    public static QueueName destination(String to) throws Refused {
        Route route;
        try {
            route = of(to.startsWith("/") ? to : "/" + to);
        } catch (Refused e) {
            if (e.problem() == Problem.NOT_FOUND) {
                throw badDestination();
            }
            throw e;
        }
        if (route.part != Part.QUEUE && route.part != Part.BROADCAST) {
            throw badDestination();
        }
        route.refuseReserved();
        return route.queue;
    }

    private static Refused badDestination() {
        return Problem.BAD_PARAMETER.because("to must be mailbox/{name}, topic/{name} or broadcast");
    }

    private static Refused notFound() {
        return Problem.NOT_FOUND.because("there are " + PATHS);
    }

    /** The text, if it is a name. */
    public static String name(String text) throws Refused {
        if (!QueueName.isName(text)) {
            throw Problem.BAD_NAME.because(
                    "a name has 1 to 128 characters of A-Z a-z 0-9 . _ ~ @ : - and is not . or ..");
        }
        return text;
    }

    /** Refuses names that only the server may write to, or read as a mailbox, or follow. */
    public void refuseReserved() throws Refused {
        boolean reserved = part != Part.BROADCAST && QueueName.isReserved(queue.name());
        boolean followed = topic == null || QueueName.topic(topic).isTransient() || !QueueName.isReserved(topic);
        if (reserved || !followed) {
            throw reserved();
        }
    }

    static Refused reserved() {
        return Problem.RESERVED_NAME.because("names that begin with _ are the server's own; choose another");
    }
}
