// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import dev.perch.access.Caller;
import dev.perch.access.Visitor;
import dev.perch.format.Drafts;
import dev.perch.format.Parameters;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.format.Refusals;
import dev.perch.format.Route;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Reading.Start;
import dev.perch.mailbox.Refusal;
import dev.perch.metrics.Meters;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;

/** A request for a socket (RFC 6455 section 4.2.1), checked. */
final class Upgrade {
    /** The subprotocol with JSON in both directions. */
    static final String SUBPROTOCOL = "perch";

    static final String VERSION = "13";

    private static final int KEY_BYTES = 16;
    private static final int NAME_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Feed.Reads reads;
    private final Start start;
    private final Sender sender;
    private final Parameters parameters;
    /** What the query says about messages; without the headers, which a socket must not hold on to. */
    private final Parameters said;

    private final Visitor visitor;
    private final boolean anonymous;
    private final boolean subprotocol;

    private Upgrade(Request request, Caller caller, Exchange exchange, Meters meters, int maxTopics) throws Refused {
        HttpFields headers = request.getHeaders();
        String path = request.getHttpURI().getPath();
        this.anonymous = path.equals("/");
        this.parameters = new Parameters(request.getHttpURI().getQuery(), headers::get);
        this.said = new Parameters(request.getHttpURI().getQuery(), name -> null);
        this.subprotocol =
                headers.getCSV(HttpHeader.SEC_WEBSOCKET_SUBPROTOCOL, false).contains(SUBPROTOCOL);
        QueueName queue = anonymous ? passing() : queue(path);
        Dialect dialect = dialect();
        boolean beats = dialect == Dialect.JSON && parameters.isOn("beat");
        this.reads = new Feed.Reads(queue, parameters.topics(maxTopics), dialect, beats, caller);
        this.start = parameters.start();
        this.visitor = (Visitor) request.getAttribute(Visitor.ATTRIBUTE);
        check(caller);
        refuseUnreadable(exchange);
        this.sender = sender(exchange, meters);
        // Said here already, since later there may be no way to.
        parameters.type();
        parameters.ttlSeconds();
    }

    /** Refuses a socket that its caller may not have. At the root what is read besides topics is broadcast. */
    private void check(Caller caller) throws Refused {
        boolean allowed = caller.mayRead(anonymous ? QueueName.BROADCAST : reads.queue())
                && reads.topics().stream().map(QueueName::topic).allMatch(caller::mayRead)
                && (parameters.to() == null || caller.mayWrite(parameters.to()))
                && caller.maySign(parameters.name("from"));
        if (!allowed) {
            throw Sender.notAllowed();
        }
    }

    /**
     * Whether the request asks for a socket at all. A proxy that does not pass on upgrades leaves nothing of them but
     * the key (RFC 6455 section 4.1). As a poll such a request would be handed messages that its client never sees.
     */
    static boolean isAsked(Request request) {
        HttpFields headers = request.getHeaders();
        boolean upgrade = headers.contains(HttpHeader.UPGRADE, "websocket")
                && request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_2;
        return HttpMethod.GET.is(request.getMethod()) && (upgrade || headers.contains(HttpHeader.SEC_WEBSOCKET_KEY));
    }

    /** Checks the request. */
    static Upgrade of(Request request, Caller caller, Exchange exchange, Meters meters, int maxTopics) throws Refused {
        HttpFields headers = request.getHeaders();
        if (!VERSION.equals(headers.get(HttpHeader.SEC_WEBSOCKET_VERSION))) {
            throw Problem.UPGRADE_REQUIRED.because("send Sec-WebSocket-Version: " + VERSION);
        }
        if (request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_1_1
                || !headers.contains(HttpHeader.CONNECTION, "upgrade")) {
            throw Problem.BAD_REQUEST.because(
                    "a WebSocket needs HTTP/1.1 and Connection: Upgrade; a proxy between has to pass both on");
        }
        if (!isKey(headers.get(HttpHeader.SEC_WEBSOCKET_KEY))) {
            throw Problem.BAD_REQUEST.because("Sec-WebSocket-Key must be 16 bytes in base64");
        }
        return new Upgrade(request, caller, exchange, meters, maxTopics);
    }

    /** While it is no socket yet, a client can be told of what it may not read as of any other mistake. */
    private void refuseUnreadable(Exchange exchange) throws Refused {
        Refusal refusal = exchange.unreadable(reads.queue());
        for (String topic : reads.topics()) {
            refusal = refusal == null ? exchange.unreadable(QueueName.topic(topic)) : refusal;
        }
        if (refusal != null) {
            throw Refusals.of(refusal);
        }
    }

    private static boolean isKey(String key) {
        try {
            return key != null && Base64.getDecoder().decode(key.strip()).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** A mailbox for the life of one socket. Its name is reserved and cannot be guessed: nobody else reads it. */
    private static QueueName passing() {
        byte[] name = new byte[NAME_BYTES];
        RANDOM.nextBytes(name);
        return QueueName.mailbox("_" + HexFormat.of().formatHex(name));
    }

    private static QueueName queue(String path) throws Refused {
        Route route = Route.of(path);
        if (route.part() != Route.Part.QUEUE && route.part() != Route.Part.BROADCAST) {
            throw Problem.NOT_FOUND.because(
                    "sockets are at /mailbox/{name}, /topic/{name}, /broadcast and /, nowhere else");
        }
        if (route.queue().isMailbox()) {
            route.refuseReserved();
        }
        return route.queue();
    }

    private Dialect dialect() throws Refused {
        String format = parameters.format();
        if (format == null) {
            return subprotocol ? Dialect.JSON : Dialect.RAW;
        }
        return switch (format) {
            case "json" -> Dialect.JSON;
            case "text" -> Dialect.RAW;
            default -> throw Problem.BAD_PARAMETER.because("format must be json or text");
        };
    }

    private Sender sender(Exchange exchange, Meters meters) throws Refused {
        QueueName queue = reads.queue();
        QueueName to = parameters.to();
        String from = parameters.name("from");
        String except = parameters.name("except");
        if (anonymous) {
            to = to == null ? QueueName.BROADCAST : to;
            except = except == null && !parameters.isOn("echo") ? queue.name() : except;
        } else if (from == null && queue.isMailbox()) {
            from = queue.name();
        }
        return new Sender(exchange, meters, reads.caller(), visitor, to, from, except);
    }

    Feed.Reads reads() {
        return reads;
    }

    Start start() {
        return start;
    }

    /** Whether the mailbox is there for this socket alone. */
    boolean isAnonymous() {
        return anonymous;
    }

    /** The client, if what it does is counted; else null. */
    Visitor visitor() {
        return visitor;
    }

    /** The subprotocol that is agreed on, or null. */
    String subprotocol() {
        return subprotocol && reads.dialect() == Dialect.JSON ? SUBPROTOCOL : null;
    }

    /** Whom the socket's client talks to. */
    Talk talk(OpenSocket socket, Drafts.Bounds bounds) {
        return reads.dialect() == Dialect.JSON
                ? new JsonTalk(socket, sender, reads.queue(), bounds)
                : new RawTalk(socket, sender, said, bounds);
    }
}
