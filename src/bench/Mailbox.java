// SPDX-License-Identifier: Apache-2.0

/** A mailbox with one reader: numbers what is sent to it, and checks what comes of it. */
final class Mailbox {
    static final String ALL = "all";
    private static final int MESSAGE_BYTES = 100;

    final String name;
    private final Tally tally;
    private long sent;
    private long next;

    Mailbox(String name, Tally tally) {
        this.name = name;
        this.tally = tally;
    }

    /**
     * The next message to it.
     *
     * @param due the moment from which on its delay counts
     */
    String message(long due) {
        tally.sent++;
        return message(name, sent++, due);
    }

    /** The next message to all mailboxes, when each has had as many as this one. */
    String broadcast(long due) {
        return message(ALL, next, due);
    }

    private static String message(String to, long number, long due) {
        String mark = to + ' ' + number + ' ' + due + ' ';
        return mark + ".".repeat(MESSAGE_BYTES - mark.length());
    }

    /** The reader has got that. */
    void came(String message) {
        long now = System.nanoTime();
        String[] mark = message.split(" ");
        Loop.require(mark[0].equals(name) || mark[0].equals(ALL), name + " got a message for " + mark[0]);
        Loop.require(Long.parseLong(mark[1]) == next, name + " got message " + mark[1] + " instead of " + next);
        next++;
        tally.received++;
        tally.lastNanos = now;
        tally.delays.add(now - Long.parseLong(mark[2]));
    }

    /** What stands between the two, from there on. */
    static String between(String text, int from, String begin, String end) {
        int at = text.indexOf(begin, from) + begin.length();
        return text.substring(at, text.indexOf(end, at));
    }
}
