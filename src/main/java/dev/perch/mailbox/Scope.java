// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a read looks at. It never changes; when the mailbox follows something else there is another one.
 *
 * @param sources the queues
 * @param topics the topics among them, on which the read is parked
 * @param follows what the mailbox followed when the scope was made, or null for a read of a topic
 */
record Scope(List<Source> sources, List<Topic> topics, Map<String, Long> follows) {
    /** That of a read that has not looked yet. */
    static final Scope NONE = new Scope(List.of(), List.of(), null);

    /**
     * The scope as it is now.
     *
     * @param mailbox what is read, or null for a topic
     * @param held the topics that this read asks for by itself
     * @param since from which offset on these concern it
     */
    static Scope of(Mailbox mailbox, List<Topic> held, long since, Registry registry) {
        Map<String, Long> follows = mailbox == null ? null : mailbox.follows();
        if (mailbox != null && follows.isEmpty() && held.isEmpty()) {
            return usual(mailbox, follows, registry);
        }
        List<Source> sources = new ArrayList<>();
        Set<Topic> topics = new LinkedHashSet<>();
        if (mailbox != null) {
            sources.add(new Source(mailbox.queue(), 0, false));
            topics.add(registry.broadcast());
            sources.add(new Source(registry.broadcast().queue(), mailbox.since(), false));
            follows.forEach((name, from) -> {
                Topic topic = registry.known(name);
                if (topic != null && topics.add(topic)) {
                    sources.add(new Source(topic.queue(), from, false));
                }
            });
        }
        held.stream()
                .filter(topics::add)
                .forEach(topic -> sources.add(new Source(topic.queue(), since, mailbox != null)));
        return new Scope(List.copyOf(sources), List.copyOf(topics), follows);
    }

    /** That of most reads: their mailbox and broadcast. */
    private static Scope usual(Mailbox mailbox, Map<String, Long> follows, Registry registry) {
        Source own = new Source(mailbox.queue(), 0, false);
        Source all = new Source(registry.broadcast().queue(), mailbox.since(), false);
        return new Scope(List.of(own, all), registry.broadcastAlone(), follows);
    }

    /** Whether another one must be made. */
    boolean isOutdated(Mailbox mailbox) {
        return mailbox == null ? topics.isEmpty() : follows != mailbox.follows();
    }

    /** Whether something may be there for a reader that stands at this position. */
    boolean reaches(long position) {
        for (Source source : sources) {
            if (source.reaches(position)) {
                return true;
            }
        }
        return false;
    }
}
