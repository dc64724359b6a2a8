// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.time.Duration;

/**
 * Whether somebody reads a mailbox, and since when. A mailbox is online while a read of it is open, and for the linger
 * after the last one, because a long-poller is away between two polls. This is in memory only: after a restart every
 * mailbox is offline, since the start, until somebody reads it.
 *
 * <p>Its own lock guards what changes; nobody is called under it. As a timer of the wheel it waits for the end of the
 * linger: it is set when the last read ends, unless it is set already, and looks for itself whether that read was the
 * last one. So a parked read costs nothing here, and a quick loop of polls one timer in every linger.
 */
public final class Presence extends Wheel.Timer {
    private final String mailbox;
    private final PresenceTopic topic;
    private int readers;
    private boolean online;
    private boolean removed;
    private boolean set;
    private long sinceMillis;
    private long leftNanos;

    /**
     * How presence is kept.
     *
     * @param told whether the topic {@link QueueName#PRESENCE} tells of it
     * @param linger how long a mailbox stays online after its last read
     */
    public record Settings(boolean told, Duration linger) {
        /** Told to nobody; a mailbox stays online for ten seconds, longer than any client needs from poll to poll. */
        public static final Settings DEFAULT = new Settings(false, Duration.ofSeconds(10));
    }

    /** What there is to tell about it: the state, and when it began, in milliseconds since 1970. */
    record State(boolean online, long sinceMillis) {}

    /** That of a mailbox that has just come to be known, and that nobody reads. */
    Presence(String mailbox, PresenceTopic topic) {
        this.mailbox = mailbox;
        this.topic = topic;
        this.sinceMillis = topic.clocks().millis();
    }

    String mailbox() {
        return mailbox;
    }

    synchronized State state() {
        return new State(online, sinceMillis);
    }

    /** A read begins. */
    void enter() {
        if (comes()) {
            topic.changed(this);
        }
    }

    private synchronized boolean comes() {
        readers++;
        return !online && !removed && turn(true);
    }

    /** A read that began has been answered. */
    void leave() {
        if (goes()) {
            topic.wheel().schedule(this, topic.lingerNanos());
        }
    }

    private synchronized boolean goes() {
        readers--;
        leftNanos = topic.clocks().nanoTime();
        if (readers > 0 || set || removed) {
            return false;
        }
        set = true;
        return true;
    }

    /** The mailbox is removed: it is offline at once, and never online again. */
    void remove() {
        if (ceases()) {
            topic.changed(this);
        }
        topic.wheel().cancel(this);
    }

    private synchronized boolean ceases() {
        removed = true;
        return online && turn(false);
    }

    @Override
    protected void expire() {
        long left = left();
        if (left > 0) {
            topic.wheel().schedule(this, left);
        } else if (left == 0) {
            topic.changed(this);
        }
    }

    /** How much of the linger is left; 0 when it has just ended; -1 when there is nothing to wait for. */
    private synchronized long left() {
        long left = topic.lingerNanos() - (topic.clocks().nanoTime() - leftNanos);
        if (readers == 0 && !removed && left > 0) {
            return left;
        }
        set = false;
        return readers == 0 && online && turn(false) ? 0 : -1;
    }

    private boolean turn(boolean to) {
        online = to;
        sinceMillis = topic.clocks().millis();
        return true;
    }
}
