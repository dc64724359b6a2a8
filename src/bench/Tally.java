// SPDX-License-Identifier: Apache-2.0

/** What was sent and what has come, of all mailboxes. */
final class Tally {
    private final Server server;
    long sent;
    long received;
    /** When the last message came. */
    long lastNanos;
    /** From the moment at which a message was due until it had come, in nanoseconds. */
    Samples delays = new Samples();

    private long costNanos = -1;
    private long costMessages;

    Tally(Server server) {
        this.server = server;
    }

    /** What the messages cost the server counts from now on. */
    void begin() {
        costNanos = server.processorNanos();
        costMessages = received;
    }

    /** What they have cost it, in microseconds of processor time each; nothing if that was not counted. */
    String cost() {
        return costNanos < 0
                ? ""
                : "%.0f".formatted((server.processorNanos() - costNanos) / 1e3 / (received - costMessages));
    }
}
