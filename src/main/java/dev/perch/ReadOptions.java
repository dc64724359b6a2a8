// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.mailbox.Presence;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Option;

/** Who waits, how many at once, and who is told of it. */
final class ReadOptions implements OptionGroup {
    @Option(
            names = "--parked",
            paramLabel = "N",
            defaultValue = "200000",
            description =
                    "polls and publishers that wait, streams and sockets, in all. Default: ${DEFAULT-VALUE}, about "
                            + "1.5 GB of heap; each over HTTP/1.1 is an open file, too")
    int parked;

    @Option(
            names = "--mailbox-parked",
            paramLabel = "N",
            defaultValue = "8",
            description = "polls with a cursor parked on one mailbox; more supersede the oldest. Default: "
                    + "${DEFAULT-VALUE}, a tab each")
    int mailboxParked;

    @Option(
            names = "--stream-life",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "how long a stream lasts before its client is told to come back. Default: ${DEFAULT-VALUE}; "
                    + "proxies and readers that are gone are shed by it")
    long streamLife;

    @Option(
            names = "--presence",
            paramLabel = "true|false",
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "false",
            description = "tell on the topic _presence who comes online and who goes. Default: ${DEFAULT-VALUE}, since "
                    + "whoever can read it learns the names of all mailboxes")
    boolean presence;

    @Option(
            names = "--presence-linger",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "how long a mailbox stays online after its last read. Default: ${DEFAULT-VALUE}, longer than "
                    + "a client needs from one poll to the next")
    int presenceLinger;

    @Option(
            names = "--monitor",
            paramLabel = "true|false",
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "false",
            description = "tell the server's figures on the topic _stats every second, which the page monitor.html "
                    + "shows. Default: ${DEFAULT-VALUE}, since whoever can read it learns how busy the server is")
    boolean monitor;

    Duration streamLife() {
        return Duration.ofSeconds(streamLife);
    }

    Presence.Settings presence() {
        return new Presence.Settings(presence, Duration.ofSeconds(presenceLinger));
    }

    @Override
    public String mistake() {
        String number = OptionGroup.lessThanOne(Map.of("--parked", parked, "--mailbox-parked", mailboxParked));
        return number != null
                ? number
                : OptionGroup.notSeconds(Map.of("--stream-life", streamLife, "--presence-linger", presenceLinger));
    }
}
