// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.access.ClientLimits;
import dev.perch.access.Proxies;
import dev.perch.mailbox.QueueName;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import picocli.CommandLine.Option;

/** How much one client may do. Where nobody but this machine can reach the server there are no limits by themselves. */
final class RateOptions implements OptionGroup {
    private static final int PUBLISHES = 2000;
    private static final int PARKED = 20_000;
    private static final int CONNECTIONS = 20_000;
    private static final int MAILBOXES = 10_000;
    private static final int BAD_TOKENS = 100;
    private static final int MOST = 1_000_000;

    @Option(
            names = "--publish-rate",
            paramLabel = "N",
            description = "messages a second that one client may publish, a token's subject or an address; five times "
                    + "as many at once. 0 for no limit. Default: 2000, a tenth of what the server does; none on "
                    + "loopback without tokens")
    Integer publishRate;

    @Option(
            names = "--parked-per-client",
            paramLabel = "N",
            description = "reads of one client that are open at once. 0 for no limit. Default: 20000, more than an "
                    + "office behind one address has; none on loopback without tokens")
    Integer parkedPerClient;

    @Option(
            names = "--connections-per-address",
            paramLabel = "N",
            description = "connections of one address at once. 0 for no limit. Default: 20000, as many as the reads "
                    + "they are for; none on loopback without tokens")
    Integer connectionsPerAddress;

    @Option(
            names = "--new-mailboxes",
            paramLabel = "N",
            description = "mailboxes that one client may create in a minute. 0 for no limit. Default: 10000, the "
                    + "morning of a large office; none on loopback without tokens")
    Integer newMailboxes;

    @Option(
            names = "--bad-tokens",
            paramLabel = "N",
            description = "refused tokens a second of one address, five times as many at once; then none of its tokens "
                    + "is looked at. 0 for no limit. Default: 100, which takes a tenth of a processor at most")
    Integer badTokens;

    @Option(
            names = "--unlimited",
            paramLabel = "WHO",
            split = ",",
            description =
                    "whom these limits do not concern: an address, a network like 10.0.0.0/8, or the subject of a "
                            + "token. Can be repeated. Default: none")
    List<String> unlimited = new ArrayList<>();

    /** Fills in what was not said. */
    void settle(boolean harmless) {
        publishRate = settled(publishRate, PUBLISHES, harmless);
        parkedPerClient = settled(parkedPerClient, PARKED, harmless);
        connectionsPerAddress = settled(connectionsPerAddress, CONNECTIONS, harmless);
        newMailboxes = settled(newMailboxes, MAILBOXES, harmless);
        badTokens = settled(badTokens, BAD_TOKENS, harmless);
    }

    private static Integer settled(Integer said, int usual, boolean harmless) {
        return said != null ? said : Integer.valueOf(harmless ? 0 : usual);
    }

    /** The limits, of which none concerns the proxies themselves. */
    ClientLimits.Settings settings(Proxies proxies) {
        List<String> addresses = unlimited.stream().filter(Proxies::isRange).toList();
        Set<String> subjects = new TreeSet<>(unlimited);
        addresses.forEach(subjects::remove);
        Proxies exempt = new Proxies(addresses);
        Predicate<InetAddress> isExempt = exempt.isEmpty() && proxies.isEmpty()
                ? address -> false
                : address -> exempt.trust(address.getHostAddress()) || proxies.trust(address.getHostAddress());
        return new ClientLimits.Settings(
                publishRate, parkedPerClient, newMailboxes, connectionsPerAddress, badTokens, isExempt, subjects);
    }

    @Override
    public String mistake() {
        for (String who : unlimited) {
            if (!Proxies.isRange(who) && !QueueName.isName(who)) {
                return "--unlimited must be an address, a range like 10.0.0.0/8, or a subject, which is a name; not "
                        + who;
            }
        }
        Map<String, Integer> numbers = new LinkedHashMap<>();
        numbers.put("--publish-rate", publishRate);
        numbers.put("--parked-per-client", parkedPerClient);
        numbers.put("--connections-per-address", connectionsPerAddress);
        numbers.put("--new-mailboxes", newMailboxes);
        numbers.put("--bad-tokens", badTokens);
        return numbers.entrySet().stream()
                .filter(number -> number.getValue() != null && (number.getValue() < 0 || number.getValue() > MOST))
                .map(number -> number.getKey() + " must be 0 to " + MOST)
                .findFirst()
                .orElse(null);
    }
}
