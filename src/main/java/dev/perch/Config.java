// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.access.Origins;
import dev.perch.http.HttpSettings;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.Presence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * Every setting with its unit, its default and its reason. A name here is an option and a variable: {@code PERCH_…}.
 */
final class Config {
    private static final int MIB = 1024 * 1024;
    private static final long DISK_BYTES = 16L * 1024 * MIB;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            defaultValue = "127.0.0.1",
            description = "address to listen on. Default: ${DEFAULT-VALUE}, this machine only, since there is no "
                    + "access control yet")
    String host;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            description = "port to listen on, 0 for any free one. Default: ${DEFAULT-VALUE}")
    int port;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "./perch-data",
            description = "directory for messages, made if need be. Default: ${DEFAULT-VALUE}")
    Path data;

    @Option(
            names = "--memory",
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "false",
            description = "keep messages in memory only: they are gone when the server stops, and --data is not used")
    boolean memory;

    @Option(
            names = "--cache",
            paramLabel = "BYTES",
            description = "memory for the newest messages, which are then not read from --data. Default: a quarter of "
                    + "the heap")
    long cache = Runtime.getRuntime().maxMemory() / 4;

    @Option(
            names = "--body",
            paramLabel = "BYTES",
            defaultValue = "262144",
            description = "largest message body. Default: ${DEFAULT-VALUE}, more than any chat line needs "
                    + "and small enough to be held twice")
    int body;

    @Option(
            names = "--headers",
            paramLabel = "BYTES",
            defaultValue = "16384",
            description =
                    "largest request line and header. Default: ${DEFAULT-VALUE}, room for the cookies of a large site")
    int headers;

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
            names = "--store-messages",
            paramLabel = "N",
            defaultValue = "10000000",
            description = "messages kept in all. Default: ${DEFAULT-VALUE}")
    long storeMessages;

    @Option(
            names = "--store-bytes",
            paramLabel = "BYTES",
            description =
                    "bytes for messages in all. Default: 16 GiB on disk; with --memory half of the heap, the other "
                            + "half is for parked polls and answers under way")
    Long storeBytes;

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

    @Option(
            names = "--mailbox-parked",
            paramLabel = "N",
            defaultValue = "8",
            description = "polls with a cursor parked on one mailbox; more supersede the oldest. Default: "
                    + "${DEFAULT-VALUE}, a tab each")
    int mailboxParked;

    @Option(
            names = "--parked",
            paramLabel = "N",
            defaultValue = "200000",
            description =
                    "polls and publishers that wait, streams and sockets, in all. Default: ${DEFAULT-VALUE}, about "
                            + "1.5 GB of heap; each over HTTP/1.1 is an open file, too")
    int parked;

    @Option(
            names = "--stream-life",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "how long a stream lasts before its client is told to come back. Default: ${DEFAULT-VALUE}; "
                    + "proxies and readers that are gone are shed by it")
    long streamLife;

    @Option(
            names = "--jsonp",
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "false",
            description = "let reads be answered as scripts, for old browsers on other origins. Default: "
                    + "${DEFAULT-VALUE}, since any page may then read whatever it knows the name of")
    boolean jsonp;

    @Option(
            names = "--cors-origin",
            paramLabel = "ORIGIN",
            split = ",",
            description = "an origin whose pages may use this server, as https://example.org, or * for all of them, "
                    + "without credentials. Can be repeated. Default: none, only pages that come from here")
    List<String> corsOrigin = new ArrayList<>();

    @Option(
            names = "--presence",
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

    Limits limits() {
        return new Limits(
                mailboxMessages,
                mailboxBytes,
                topicMessages,
                topicBytes,
                storeMessages,
                storeBytes(),
                mailboxes,
                mailboxTopics,
                mailboxParked,
                Duration.ofSeconds(ttl),
                Duration.ofSeconds(ackedKept),
                Duration.ofSeconds(idleMailbox));
    }

    private long storeBytes() {
        settle();
        return storeBytes;
    }

    /** Fills in what depends on other settings. */
    void settle() {
        if (storeBytes == null) {
            storeBytes = memory ? Runtime.getRuntime().maxMemory() / 2 : DISK_BYTES;
        }
    }

    Presence.Settings presence() {
        return new Presence.Settings(presence, Duration.ofSeconds(presenceLinger));
    }

    HttpSettings http() {
        Origins origins = new Origins(corsOrigin);
        return new HttpSettings(body, parked, mailboxTopics, Duration.ofSeconds(streamLife), jsonp, origins);
    }

    /** The first setting that makes no sense, as a sentence, or null. */
    String mistake() {
        Map<String, Long> least = new LinkedHashMap<>();
        least.put("--body", (long) body);
        least.put("--headers", (long) headers);
        least.put("--mailbox-messages", (long) mailboxMessages);
        least.put("--mailbox-bytes", mailboxBytes);
        least.put("--topic-messages", (long) topicMessages);
        least.put("--topic-bytes", topicBytes);
        least.put("--store-messages", storeMessages);
        least.put("--store-bytes", storeBytes());
        least.put("--cache", cache);
        least.put("--ttl", ttl);
        least.put("--acked-kept", ackedKept);
        least.put("--mailboxes", (long) mailboxes);
        least.put("--mailbox-topics", (long) mailboxTopics);
        least.put("--idle-mailbox", idleMailbox);
        least.put("--mailbox-parked", (long) mailboxParked);
        least.put("--parked", (long) parked);
        least.put("--stream-life", streamLife);
        least.put("--presence-linger", (long) presenceLinger);
        for (Map.Entry<String, Long> setting : least.entrySet()) {
            if (setting.getValue() < 1) {
                return setting.getKey() + " must be 1 or more";
            }
        }
        if (port < 0 || port > 65_535) {
            return "--port must be 0 to 65535";
        }
        if (body > mailboxBytes || body > topicBytes) {
            return "--body must not be more than --mailbox-bytes and --topic-bytes";
        }
        for (String origin : corsOrigin) {
            if (!Origins.isOrigin(origin)) {
                return "--cors-origin must be * or an origin without a path, like https://example.org, not " + origin;
            }
        }
        return body > 64 * MIB ? "--body must not be more than 64 MiB" : null;
    }
}
