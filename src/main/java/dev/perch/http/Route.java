// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.QueueName;

/**
 * What a path names.
 *
 * @param queue the mailbox or topic
 * @param part what of it
 * @param topic the topic that is followed, or null
 */
record Route(QueueName queue, Part part, String topic) {
    static final String PATHS =
            "/mailbox/{name}, /mailbox/{name}/topic/{topic}, /mailbox/{name}/status, /topic/{name}, /topic/{name}/status,"
                    + " /broadcast, /health/live, /health/ready, /metrics, /";

    /** What of a mailbox or topic is meant. */
    enum Part {
        QUEUE("GET, HEAD, POST, DELETE, OPTIONS"),
        BROADCAST("GET, HEAD, POST, OPTIONS"),
        STATUS("GET, HEAD, OPTIONS"),
        FOLLOW("PUT, DELETE, OPTIONS");

        private final String methods;

        Part(String methods) {
            this.methods = methods;
        }

        /** The methods that make sense here, as in an {@code Allow} field. */
        String methods() {
            return methods;
        }
    }

    /** The route of a raw path; each part of it is decoded once. */
    static Route of(String path) throws Refused {
        String[] raw = path.substring(1).split("/", -1);
        String[] parts = new String[raw.length];
        for (int i = 0; i < raw.length; i++) {
            parts[i] = Query.decode(raw[i].replace("+", "%2B"));
        }
        if (parts[0].equals("broadcast") && parts.length == 1) {
            return new Route(QueueName.BROADCAST, Part.BROADCAST, null);
        }
        boolean mailbox = parts[0].equals("mailbox");
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

    private static Refused notFound() {
        return Problem.NOT_FOUND.because("there are " + PATHS);
    }

    static String name(String text) throws Refused {
        if (!QueueName.isName(text)) {
            throw Problem.BAD_NAME.because(
                    "a name has 1 to 128 characters of A-Z a-z 0-9 . _ ~ @ : - and is not . or ..");
        }
        return text;
    }

    /** Refuses names that only the server may write to, or read as a mailbox. */
    void refuseReserved() throws Refused {
        boolean reserved = part != Part.BROADCAST && QueueName.isReserved(queue.name());
        if (reserved || (topic != null && QueueName.isReserved(topic))) {
            throw Problem.RESERVED_NAME.because("names that begin with _ are the server's own; choose another");
        }
    }
}
