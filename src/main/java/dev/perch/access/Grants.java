// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import dev.perch.mailbox.QueueName;
import java.util.Collection;
import java.util.List;

/**
 * The mailboxes and topics that a token names for one purpose: reading or writing. It never changes.
 *
 * <pre>
 * mailbox/alice   that mailbox             broadcast   what goes to all mailboxes
 * topic/news.*    topics that begin so     *           everything
 * </pre>
 *
 * A star stands at the end or nowhere. One behind a kind does not reach the server's own names, which begin with
 * {@code _}: these are named, or meant by the star alone.
 */
public final class Grants {
    /** Names nothing. */
    public static final Grants NONE = new Grants(List.of());
    /** Names everything. */
    public static final Grants ALL = new Grants(List.of("*"));

    private static final String STAR = "*";
    private static final String BROADCAST = "broadcast";

    private final List<Grant> grants;

    /** Those in the list, each of which {@link #isGrant}. */
    public Grants(Collection<String> texts) {
        grants = texts.stream().map(Grant::of).toList();
    }

    /** Whether the text can stand in the list. */
    public static boolean isGrant(String text) {
        if (text.equals(STAR) || text.equals(BROADCAST)) {
            return true;
        }
        int slash = text.indexOf('/');
        String kind = text.substring(0, Math.max(slash, 0));
        String name = text.substring(slash + 1);
        if (!kind.equals("mailbox") && !kind.equals("topic")) {
            return false;
        }
        // What stands before a star is a beginning, which a single dot may be.
        return name.endsWith(STAR)
                ? QueueName.isName("x" + name.substring(0, name.length() - 1))
                : QueueName.isName(name);
    }

    /** Whether that mailbox or topic is among them. */
    public boolean cover(QueueName queue) {
        for (Grant grant : grants) {
            if (grant.covers(queue)) {
                return true;
            }
        }
        return false;
    }

    /** Whether everything is. */
    public boolean coverAll() {
        return grants.contains(Grant.EVERYTHING);
    }

    /**
     * One of them.
     *
     * @param kind of queue, or null for everything
     * @param name of the queue, or how it begins
     * @param open whether more may follow
     */
    private record Grant(QueueName.Kind kind, String name, boolean open) {
        private static final Grant EVERYTHING = new Grant(null, "", true);

        static Grant of(String text) {
            if (!isGrant(text)) {
                throw new IllegalArgumentException("not a grant: " + text);
            }
            if (text.equals(STAR)) {
                return EVERYTHING;
            }
            if (text.equals(BROADCAST)) {
                return new Grant(QueueName.Kind.TOPIC, QueueName.BROADCAST.name(), false);
            }
            int slash = text.indexOf('/');
            boolean open = text.endsWith(STAR);
            return new Grant(
                    text.startsWith("mailbox") ? QueueName.Kind.MAILBOX : QueueName.Kind.TOPIC,
                    text.substring(slash + 1, text.length() - (open ? 1 : 0)),
                    open);
        }

        boolean covers(QueueName queue) {
            if (kind == null) {
                return true;
            }
            if (kind != queue.kind()) {
                return false;
            }
            return open
                    ? queue.name().startsWith(name) && QueueName.isReserved(queue.name()) == QueueName.isReserved(name)
                    : queue.name().equals(name);
        }
    }
}
