// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

/** A client whose requests are limited. There is none where there are no limits. Any thread may use it. */
public final class Visitor {
    /** The request attribute under which it lies. */
    public static final String ATTRIBUTE = Visitor.class.getName();

    private final ClientLimits limits;
    private final long key;

    Visitor(ClientLimits limits, long key) {
        this.limits = limits;
        this.key = key;
    }

    /** Publishes so many messages; the excess, of which nothing may be published, or null. */
    public Excess publishes(int count) {
        return limits.publish(key, count);
    }

    /** Has sent more messages in one request than were counted. */
    public void published(int more) {
        limits.published(key, more);
    }

    /** Creates a mailbox; the excess, or null. */
    public Excess creates() {
        return limits.create(key);
    }

    /** Begins to wait; the excess, or null. */
    public Excess enters() {
        return limits.enter(key);
    }

    /** Begins to wait, having been let through before. */
    public void entersAnyway() {
        limits.enterAnyway(key);
    }

    /** Waits no longer in one of the cases in which there was no excess. */
    public void leaves() {
        limits.leave(key);
    }
}
