// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import java.util.Locale;

/**
 * Every reason for which a request is refused: its status and its title. On the wire it is one line of
 * {@code application/problem+json} (RFC 9457); the detail says what to do next.
 */
public enum Problem {
    /** Parts of the request line or the headers that HTTP does not allow. */
    BAD_REQUEST(400, "The request is not valid HTTP"),
    /** A path with dot segments, encoded slashes and the like. */
    BAD_PATH(400, "The path is not one that the server resolves"),
    /** A name that is too long, empty, or has other characters than a name may have. */
    BAD_NAME(400, "Not a name"),
    /** A parameter in the query or a header. */
    BAD_PARAMETER(400, "A parameter is not valid"),
    /** A body that is not what its content type says. */
    BAD_BODY(400, "The body is not valid"),
    /** A body of which bytes come, but not soon enough. Not 408, which browsers answer by sending it all again. */
    BODY_TOO_SLOW(400, "The body came too slowly"),
    /** A request with more than one token. */
    TOKEN_TWICE(400, "There is more than one token"),
    /** A request without a token, where every one needs one. */
    TOKEN_MISSING(401, "There is no token"),
    /** A token that is not accepted. */
    TOKEN_INVALID(401, "The token is not valid"),
    /** A token that does not name what is asked for. */
    NOT_ALLOWED(403, "The token does not allow it"),
    /** A name that begins with an underscore. */
    RESERVED_NAME(403, "The name is reserved"),
    /** A read with a callback on a server that makes no scripts. */
    JSONP_OFF(403, "JSONP is switched off"),
    /** A page of another site. */
    FOREIGN_ORIGIN(403, "The page is not from here"),
    /** A name for this server that may be somebody else's. */
    FOREIGN_HOST(403, "The server is not known by that name"),
    /** Nothing is there. */
    NOT_FOUND(404, "Not found"),
    /** The method makes no sense here. */
    METHOD_NOT_ALLOWED(405, "The method is not allowed here"),
    /** The mailbox follows as many topics as it may. */
    TOO_MANY_TOPICS(409, "The mailbox follows too many topics"),
    /** A reply that comes too late, or second. */
    NOBODY_ASKS(410, "Nobody waits for this reply"),
    /** The body, or the batch in it, is larger than may be. */
    TOO_LARGE(413, "The message is too large"),
    /** The URL is longer than the server reads. */
    URL_TOO_LONG(414, "The URL is too long"),
    /** An encoding or charset that is not understood. */
    UNSUPPORTED(415, "The content type is not supported"),
    /** The same key for other content. */
    KEY_REUSED(422, "The idempotency key belongs to another message"),
    /** A WebSocket of another version than RFC 6455. */
    UPGRADE_REQUIRED(426, "The WebSocket version is not supported"),
    /** Nobody has read what is there. */
    MAILBOX_FULL(429, "The mailbox is full"),
    /** The whole store. */
    STORE_FULL(429, "The store is full"),
    /** No more can be made. */
    TOO_MANY_MAILBOXES(429, "There are too many mailboxes"),
    /** One client does something more often than it may. */
    TOO_FAST(429, "Too fast"),
    /** One client waits in as many requests as it may. */
    TOO_MANY_WAITING(429, "This client waits in too many requests"),
    /** More header bytes than the server reads. */
    HEADERS_TOO_LARGE(431, "The headers are too large"),
    /** A fault of the server. */
    INTERNAL(500, "The server failed"),
    /** A part of HTTP that the server lacks. */
    NOT_IMPLEMENTED(501, "Not implemented"),
    /** The server is about to stop. */
    DRAINING(503, "The server is about to stop"),
    /** As many reads are parked as may be. */
    TOO_MANY_POLLS(503, "Too many reads are waiting"),
    /** So much of large bodies is on its way that there is no memory for more. */
    TOO_MANY_BODIES(503, "Too many large bodies are on their way"),
    /** The store cannot be read or written. */
    STORE_UNAVAILABLE(503, "The store is not available"),
    /** The path that a message takes is not in order. */
    NOT_READY(503, "The server is not ready"),
    /** An ask to which nobody replied in time. */
    NO_REPLY(504, "No reply has come"),
    /** Another version of HTTP. */
    VERSION(505, "The HTTP version is not supported");

    private final int status;
    private final String title;

    Problem(int status, String title) {
        this.status = status;
        this.title = title;
    }

    /** The status code of the answer. */
    public int status() {
        return status;
    }

    /** The last part of its type, as it stands on the wire: {@code mailbox-full}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The problem for a status that the HTTP server has chosen itself. */
    public static Problem of(int status) {
        for (Problem problem : values()) {
            if (problem.status == status) {
                return problem;
            }
        }
        return status < 500 ? BAD_REQUEST : INTERNAL;
    }

    /** What a client is told of tokens (RFC 6750 section 3), for the field {@code WWW-Authenticate}; else null. */
    public String challenge() {
        return switch (this) {
            case TOKEN_TWICE -> "Bearer realm=\"perch\", error=\"invalid_request\"";
            case TOKEN_MISSING -> "Bearer realm=\"perch\"";
            case TOKEN_INVALID -> "Bearer realm=\"perch\", error=\"invalid_token\"";
            case NOT_ALLOWED -> "Bearer realm=\"perch\", error=\"insufficient_scope\"";
            default -> null;
        };
    }

    /** The request is refused, for this reason. */
    public Refused because(String detail) {
        return new Refused(this, detail, members -> {});
    }

    /** The request has failed, for this reason, and nobody knows whether it was carried out. */
    public Refused perhaps(String detail) {
        return because(detail).with(members -> members.add("stored", "unknown"));
    }

    /** Carries a problem to the place where it becomes an answer. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final Problem problem;
        private final transient Json.Members more;

        Refused(Problem problem, String detail, Json.Members more) {
            super(detail, null, false, false);
            this.problem = problem;
            this.more = more;
        }

        /** The same with members that not all problems have (RFC 9457 section 3.2). */
        public Refused with(Json.Members members) {
            return new Refused(problem, getMessage(), members);
        }

        /** What is sent, as a part of another object. */
        public Json.Members members() {
            return object -> {
                object.add("type", "urn:perch:problem:" + problem.code())
                        .add("title", problem.title)
                        .add("status", problem.status)
                        .add("detail", getMessage());
                more.write(object);
            };
        }

        /** The one line that is sent. */
        public String json() {
            return Json.object(members()) + "\n";
        }

        /** Which problem it is; the message of the exception is its detail. */
        public Problem problem() {
            return problem;
        }
    }
}
