// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.List;
import java.util.Objects;

/**
 * Which queue: that of a mailbox or that of a topic. Broadcast is the reserved topic {@link #BROADCAST}.
 *
 * @param kind what the queue belongs to
 * @param name the name of that mailbox or topic
 */
public record QueueName(Kind kind, String name) {
    /** The topic that every mailbox follows from its creation. */
    public static final QueueName BROADCAST = topic("_broadcast");

    /** The reserved topic that tells who is online, where the server was asked to keep it. */
    public static final QueueName PRESENCE = topic("_presence");

    /** The reserved topic that tells the figures of the server, where it was asked to. */
    public static final QueueName STATS = topic("_stats");

    /** Those whose messages are true only as long as the server runs. */
    public static final List<QueueName> TRANSIENT = List.of(PRESENCE, STATS);

    private static final int MAX_LENGTH = 128;

    /** What a queue belongs to. */
    public enum Kind {
        /** What was sent to one client. */
        MAILBOX,
        /** What was published for everybody who follows. */
        TOPIC
    }

    /** Refuses nulls; the form of the name is checked where it comes in, by {@link #isName}. */
    public QueueName {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(name);
    }

    /** The queue of a mailbox. */
    public static QueueName mailbox(String name) {
        return new QueueName(Kind.MAILBOX, name);
    }

    /** The queue of a topic. */
    public static QueueName topic(String name) {
        return new QueueName(Kind.TOPIC, name);
    }

    /** Whether this is the queue of a mailbox. */
    public boolean isMailbox() {
        return kind == Kind.MAILBOX;
    }

    /**
     * Whether what is in the queue is true only as long as the server runs: it is kept in memory, by whichever store.
     */
    public boolean isTransient() {
        return TRANSIENT.contains(this);
    }

    /**
     * Whether the text can name a mailbox, a topic or a sender: 1 to 128 of {@code [A-Za-z0-9._~@:-]}, and neither
     * {@code .} nor {@code ..}, which a URL would resolve away (RFC 3986 section 5.2.4).
     */
    public static boolean isName(String text) {
        return text.length() <= MAX_LENGTH && isWord(text) && !text.equals(".") && !text.equals("..");
    }

    /** Whether the text is not empty and made of name characters only. */
    public static boolean isWord(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isNameCharacter(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Whether the name is one of the server's own, which nobody outside may write to. */
    public static boolean isReserved(String name) {
        return name.startsWith("_");
    }

    private static boolean isNameCharacter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "._~@:-".indexOf(c) >= 0;
    }

    // Those that a record comes with cost as much as what is done with a queue that was found.

    @Override
    public boolean equals(Object other) {
        return other instanceof QueueName queue && kind == queue.kind && name.equals(queue.name);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + (isMailbox() ? 1 : 0);
    }

    /** As it stands in a URL: {@code mailbox/alice}, {@code topic/news}. */
    @Override
    public String toString() {
        return (isMailbox() ? "mailbox/" : "topic/") + name;
    }
}
