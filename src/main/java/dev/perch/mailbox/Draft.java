// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.Objects;

/**
 * A message as its publisher hands it in, before the store has given it an offset.
 *
 * @param contentType the media type of the body, as readers are told it
 * @param body the content; not changed by anybody from here on
 * @param type the event name, or null
 * @param from who sends it, or null
 * @param except the mailbox that shall not see it, or null
 * @param reply where an answer goes, or null
 * @param ttlSeconds the publisher's own time-to-live in seconds, or 0 for the default one
 */
public record Draft(
        String contentType, byte[] body, String type, String from, String except, String reply, long ttlSeconds) {
    /** So many characters of a media type are a part of what every message costs. */
    private static final int USUAL_TYPE = 64;

    /** Refuses a draft without content type or body. */
    public Draft {
        Objects.requireNonNull(contentType);
        Objects.requireNonNull(body);
    }

    /** A plain text for whoever reads, with nothing else said. */
    public static Draft text(byte[] body) {
        return new Draft("text/plain;charset=utf-8", body, null, null, null, null, 0);
    }

    /** The same with a place where an answer goes. */
    public Draft withReply(String place) {
        return new Draft(contentType, body, type, from, except, place, ttlSeconds);
    }

    /** What it will count for in a queue, in bytes: its body and its words, and of its media type what is unusual. */
    public int bytes() {
        int unusual = Math.max(0, contentType.length() - USUAL_TYPE);
        return body.length + unusual + length(type) + length(from) + length(except) + length(reply);
    }

    private static int length(String text) {
        return text == null ? 0 : text.length();
    }
}
