// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import java.util.Map;
import picocli.CommandLine.Option;

/** What one mailbox and one topic may hold, and for how long. */
final class QueueOptions implements OptionGroup {
    @Option(
            names = "--mailbox-messages",
            paramLabel = "N",
            defaultValue = "1000",
            description = "messages kept in one mailbox. Default: ${DEFAULT-VALUE}; a client that far behind needs a "
                    + "fresh start")
    int mailboxMessages;

    @Option(
            names = "--mailbox-bytes",
            paramLabel = "BYTES",
            defaultValue = "4194304",
            description = "bytes kept in one mailbox. Default: ${DEFAULT-VALUE}, sixteen of the largest messages")
    long mailboxBytes;

    @Option(
            names = "--topic-messages",
            paramLabel = "N",
            defaultValue = "1000",
            description =
                    "messages kept on one topic, the newest. Default: ${DEFAULT-VALUE}; so far a follower may lag")
    int topicMessages;

    @Option(
            names = "--topic-bytes",
            paramLabel = "BYTES",
            defaultValue = "4194304",
            description = "bytes kept on one topic. Default: ${DEFAULT-VALUE}")
    long topicBytes;

    @Option(
            names = "--ttl",
            paramLabel = "SECONDS",
            defaultValue = "604800",
            description = "how long a message is kept whose publisher says nothing. Default: ${DEFAULT-VALUE}, a week: "
                    + "a client may be away over a weekend")
    long ttl;

    @Option(
            names = "--acked-kept",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description =
                    "how long an acknowledged message stays for a second tab that lags. Default: ${DEFAULT-VALUE}")
    long ackedKept;

    @Option(
            names = "--mailboxes",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "mailboxes in all. Default: ${DEFAULT-VALUE}, about 350 MB of heap")
    int mailboxes;

    @Option(
            names = "--mailbox-topics",
            paramLabel = "N",
            defaultValue = "100",
            description = "topics one mailbox may follow, and one read may name. Default: ${DEFAULT-VALUE}; each is "
                    + "looked at in every read")
    int mailboxTopics;

    @Option(
            names = "--idle-mailbox",
            paramLabel = "SECONDS",
            defaultValue = "604800",
            description = "how long an empty mailbox stays after its last use. Default: ${DEFAULT-VALUE}, as long as a "
                    + "message")
    long idleMailbox;

    @Override
    public String mistake() {
        String number = OptionGroup.lessThanOne(Map.of(
                "--mailbox-messages", mailboxMessages,
                "--mailbox-bytes", mailboxBytes,
                "--topic-messages", topicMessages,
                "--topic-bytes", topicBytes,
                "--mailboxes", mailboxes,
                "--mailbox-topics", mailboxTopics));
        return number != null
                ? number
                : OptionGroup.notSeconds(
                        Map.of("--ttl", ttl, "--acked-kept", ackedKept, "--idle-mailbox", idleMailbox));
    }
}
