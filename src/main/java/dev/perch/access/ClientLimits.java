// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * How much one client may do, so that it cannot hurt the others. A client is the subject of a token; without one it is
 * an address, of IPv6 the network of 64 bits in which it lies. Any thread may use it.
 */
public final class ClientLimits {
    private static final int BURST_SECONDS = 5;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final Settings settings;
    private final Rate publishes;
    private final Rate mailboxes;
    private final Rate badTokens;
    private final Map<Long, Integer> waiting = new ConcurrentHashMap<>();
    private final Map<Long, Integer> connected = new ConcurrentHashMap<>();
    private final long seed = new SecureRandom().nextLong();

    /**
     * What the limits are; 0 stands for none.
     *
     * @param publishes messages a second
     * @param parked requests that are not answered yet, and sockets, at once
     * @param mailboxes new ones a minute
     * @param connections of one address at once
     * @param badTokens refused ones a second of one address
     * @param exempt addresses that no limit concerns
     * @param subjects of tokens that none concerns
     */
    public record Settings(
            int publishes,
            int parked,
            int mailboxes,
            int connections,
            int badTokens,
            Predicate<InetAddress> exempt,
            Set<String> subjects) {
        /** Whether there is any limit for requests. */
        boolean concernsRequests() {
            return publishes > 0 || parked > 0 || mailboxes > 0 || badTokens > 0;
        }
    }

    /** Nobody has done anything yet. */
    public ClientLimits(Settings settings, LongSupplier nanos) {
        this.settings = settings;
        this.publishes = rate(settings.publishes(), TimeUnit.SECONDS, BURST_SECONDS, nanos);
        this.mailboxes = rate(settings.mailboxes(), TimeUnit.MINUTES, 1, nanos);
        this.badTokens = rate(settings.badTokens(), TimeUnit.SECONDS, BURST_SECONDS, nanos);
    }

    private static Rate rate(int count, TimeUnit window, int burst, LongSupplier nanos) {
        return count == 0 ? null : new Rate(count, window.toNanos(1), burst, nanos);
    }

    /** Whether no request is limited. */
    public boolean isNone() {
        return !settings.concernsRequests();
    }

    /** Whether connections are not limited. */
    public boolean isNoneForConnections() {
        return settings.connections() == 0;
    }

    /** Whoever sends a request, or null when nothing is to be limited. */
    public Visitor visitor(InetAddress address, String subject) {
        if (isNone() || settings.exempt().test(address)) {
            return null;
        }
        if (subject == null) {
            return new Visitor(this, key(address));
        }
        return settings.subjects().contains(subject) ? null : new Visitor(this, key(subject));
    }

    /** Why no token of that address is looked at for now, or null. To check one costs more than to refuse it. */
    public Excess guesses(InetAddress address) {
        return badTokens == null || settings.exempt().test(address)
                ? null
                : excess("tokens", "sends bad tokens", "--bad-tokens", badTokens, badTokens.debt(key(address)));
    }

    /** A token that came from there was refused. */
    public void guessed(InetAddress address) {
        if (badTokens != null) {
            badTokens.owe(key(address), 1);
        }
    }

    /** Counts one more connection; false when the address has as many as it may. */
    public boolean connects(InetAddress address) {
        if (settings.connections() == 0 || settings.exempt().test(address)) {
            return true;
        }
        return connected.merge(key(address), 1, Integer::sum) <= settings.connections();
    }

    /** A connection of that address, which was counted whether it was accepted or not, is closed. */
    public void disconnects(InetAddress address) {
        if (settings.connections() == 0 || settings.exempt().test(address)) {
            return;
        }
        connected.computeIfPresent(key(address), (key, count) -> count == 1 ? null : count - 1);
    }

    /** Takes so many messages; the excess if there were too many before. */
    Excess publish(long client, int count) {
        return publishes == null
                ? null
                : excess("publish", "publishes", "--publish-rate", publishes, publishes.take(client, count));
    }

    void published(long client, int count) {
        if (publishes != null) {
            publishes.owe(client, count);
        }
    }

    Excess create(long client) {
        return mailboxes == null
                ? null
                : excess("mailboxes", "creates mailboxes", "--new-mailboxes", mailboxes, mailboxes.take(client, 1));
    }

    private static Excess excess(String name, String does, String option, Rate rate, long waitNanos) {
        if (waitNanos == 0) {
            return null;
        }
        long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(waitNanos + TimeUnit.SECONDS.toNanos(1) - 1));
        return new Excess(
                true,
                "this client " + does + " too fast; try again after Retry-After, or raise " + option,
                seconds,
                "\"" + name + "\";q=" + rate.quota() + ";w=" + rate.windowSeconds(),
                "\"" + name + "\";r=0;t=" + seconds);
    }

    Excess enter(long client) {
        if (settings.parked() == 0 || waiting.merge(client, 1, Integer::sum) <= settings.parked()) {
            return null;
        }
        leave(client);
        return new Excess(
                false,
                "this client waits in " + settings.parked() + " requests already; close some, or raise"
                        + " --parked-per-client",
                2,
                "\"parked\";q=" + settings.parked() + ";qu=\"concurrent-requests\"",
                "\"parked\";r=0");
    }

    void enterAnyway(long client) {
        if (settings.parked() > 0) {
            waiting.merge(client, 1, Integer::sum);
        }
    }

    void leave(long client) {
        if (settings.parked() > 0) {
            waiting.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    private long key(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return mix((address instanceof Inet6Address ? bytes.getLong() : bytes.getInt()) ^ seed) + seed;
    }

    /** Depends on the seed in every step, so that nobody can look for a subject that shares the places of another. */
    private long key(String subject) {
        long key = seed;
        for (int i = 0; i < subject.length(); i++) {
            key = mix(key ^ subject.charAt(i)) + seed;
        }
        return key;
    }

    /** Each bit of the outcome depends on all of the number (Stafford's thirteenth variant, as in SplittableRandom). */
    private static long mix(long number) {
        long z = number * SPREAD;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
