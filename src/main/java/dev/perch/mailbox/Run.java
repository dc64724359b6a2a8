// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Part of several queues, read as one by offset.
 *
 * @param messages those that the reader may see, in offset order
 * @param end how far all the queues were looked through
 * @param own how far the messages that are the mailbox's own business go: the last one's offset, or 0
 * @param floor the highest floor above the place that was read from, or 0 when there is no gap
 */
record Run(List<Message> messages, long end, long own, long floor) {
    private static final Comparator<Message> BY_OFFSET = Comparator.comparingLong(Message::offset);

    /**
     * Reads what comes after a position.
     *
     * @param horizon how far to read at most. A store may already have messages beyond the last one it has told of;
     *     they must not be seen in one queue before an earlier one is seen in another
     */
    static CompletableFuture<Run> read(
            Store store, List<Source> sources, long position, long horizon, Portion portion, String mailbox) {
        List<Source> reached = new ArrayList<>(sources.size());
        List<CompletableFuture<Page>> pages = new ArrayList<>(sources.size());
        for (Source source : sources) {
            if (source.reaches(position)) {
                long after = Math.max(position, source.since());
                reached.add(source);
                pages.add(store.read(source.queue().name(), after, portion.limit(), portion.bytes())
                        .toCompletableFuture());
            }
        }
        if (areDone(pages)) {
            return CompletableFuture.completedFuture(merge(reached, pages, position, horizon, portion, mailbox));
        }
        return CompletableFuture.allOf(pages.toArray(CompletableFuture[]::new))
                .thenApply(done -> merge(reached, pages, position, horizon, portion, mailbox));
    }

    private static boolean areDone(List<CompletableFuture<Page>> pages) {
        for (CompletableFuture<Page> page : pages) {
            if (!page.isDone()) {
                return false;
            }
        }
        return true;
    }

    private static Run merge(
            List<Source> sources,
            List<CompletableFuture<Page>> pages,
            long position,
            long horizon,
            Portion portion,
            String mailbox) {
        long bound = horizon;
        long floor = 0;
        for (int i = 0; i < pages.size(); i++) {
            Page page = pages.get(i).join();
            bound = Math.min(bound, page.end());
            if (page.floor() > Math.max(position, sources.get(i).since())) {
                floor = Math.max(floor, page.floor());
            }
        }
        List<Message> messages = seen(pages, bound, mailbox);
        int count = fitting(messages, portion);
        if (count < messages.size()) {
            // No view, which would keep what is left out.
            messages = new ArrayList<>(messages.subList(0, count));
            bound = messages.get(count - 1).offset();
        }
        return new Run(messages, bound, own(messages, sources), floor);
    }

    /** Those that are for the mailbox up to an offset, in order. */
    private static List<Message> seen(List<CompletableFuture<Page>> pages, long bound, String mailbox) {
        List<Message> seen = new ArrayList<>();
        for (CompletableFuture<Page> page : pages) {
            List<Message> messages = page.join().messages();
            int within = Offsets.firstAfter(messages, Offsets.OF_MESSAGE, bound);
            for (int i = 0; i < within; i++) {
                if (messages.get(i).isFor(mailbox)) {
                    seen.add(messages.get(i));
                }
            }
        }
        if (pages.size() > 1) {
            seen.sort(BY_OFFSET);
        }
        return seen;
    }

    /**
     * How many of the messages one answer may hold. To weigh one it must be put into its form; mostly all fit anyway.
     */
    private static int fitting(List<Message> messages, Portion portion) {
        int most = Math.min(messages.size(), portion.limit());
        boolean all = longest(messages, most) <= portion.bytes() || most <= 1;
        return all ? most : weighed(messages, most, portion);
    }

    /** What so many of the messages do not exceed together, whatever they look like, in bytes. */
    private static long longest(List<Message> messages, int count) {
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += messages.get(i).longest();
        }
        return bytes;
    }

    private static int weighed(List<Message> messages, int most, Portion portion) {
        long bytes = 0;
        for (int i = 0; i < most; i++) {
            bytes += portion.weight().applyAsInt(messages.get(i));
            if (i > 0 && bytes > portion.bytes()) {
                return i;
            }
        }
        return most;
    }

    private static long own(List<Message> messages, List<Source> sources) {
        List<QueueName> extra = new ArrayList<>(0);
        for (Source source : sources) {
            if (source.extra()) {
                extra.add(source.queue().name());
            }
        }
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (!extra.contains(messages.get(i).queue())) {
                return messages.get(i).offset();
            }
        }
        return 0;
    }
}
