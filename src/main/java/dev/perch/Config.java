// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.access.ClientLimits;
import dev.perch.access.Hosts;
import dev.perch.http.HttpSettings;
import dev.perch.mailbox.Limits;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;

/**
 * All settings, in groups, and what each part of the server takes of them. The name of a setting is an option and a
 * variable: {@code PERCH_…}.
 */
final class Config {
    @Mixin
    ListenOptions listen;

    @Mixin
    TlsOptions tls;

    @Mixin
    AccessOptions access;

    @Mixin
    LogOptions logs;

    @Mixin
    StoreOptions store;

    @Mixin
    QueueOptions queues;

    @Mixin
    ReadOptions reads;

    @Mixin
    DeadlineOptions deadlines;

    @Mixin
    RateOptions rates;

    Limits limits() {
        return new Limits(
                queues.mailboxMessages,
                queues.mailboxBytes,
                queues.topicMessages,
                queues.topicBytes,
                store.storeMessages,
                store.storeBytes(),
                queues.mailboxes,
                queues.mailboxTopics,
                reads.mailboxParked,
                Duration.ofSeconds(queues.ttl),
                Duration.ofSeconds(queues.ackedKept),
                Duration.ofSeconds(queues.idleMailbox));
    }

    private boolean isHarmless() {
        return listen.isLocal() && !access.asksForTokens();
    }

    ClientLimits clientLimits(LongSupplier nanos) {
        rates.settle(isHarmless());
        return new ClientLimits(rates.settings(access.proxies()), nanos);
    }

    HttpSettings http(ClientLimits clients) {
        return new HttpSettings(
                listen.body,
                reads.parked,
                queues.mailboxTopics,
                reads.streamLife(),
                listen.bounds(),
                deadlines.deadlines(),
                clients,
                logs.isOn(),
                listen.jsonp,
                listen.origins(),
                hosts(),
                access.proxies());
    }

    private Hosts hosts() {
        return access.open || access.asksForTokens() ? Hosts.ANY : Hosts.of(listen.host, listen.origins());
    }

    /** Fills in what depends on other settings. */
    void settle() {
        store.settle();
        rates.settle(isHarmless());
    }

    /** The first setting that makes no sense, as a sentence, or null. */
    String mistake() {
        return Stream.of(listen, tls, access, logs, store, queues, reads, deadlines, rates)
                .map(OptionGroup::mistake)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(this::disagreement);
    }

    /** Settings that make no sense together. */
    private String disagreement() {
        if (listen.body > queues.mailboxBytes || listen.body > queues.topicBytes) {
            return "--body must not be more than --mailbox-bytes and --topic-bytes";
        }
        if (!access.open && !access.asksForTokens() && !listen.isLocal()) {
            return "--host " + listen.host
                    + " would let everybody who reaches this machine read and publish everything;"
                    + " set PERCH_SECRET, --secret-file or --jwks, or say --open if that is meant";
        }
        return null;
    }
}
