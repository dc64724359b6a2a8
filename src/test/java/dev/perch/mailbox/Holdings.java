// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a store holds at one moment: the messages that live, and how much room the others still take. */
final class Holdings {
    private final Map<QueueName, List<Message>> messages = new HashMap<>();
    private final Map<QueueName, Store.Size> sizes = new HashMap<>();
    private final Store.Totals totals;

    Holdings(Store store, List<QueueName> queues) {
        for (QueueName queue : queues) {
            Store.Size size = store.size(queue);
            sizes.put(queue, size);
            messages.put(queue, size.messages() == 0 ? List.of() : living(store, queue));
        }
        totals = store.totals();
    }

    private static List<Message> living(Store store, QueueName queue) {
        return store.read(queue, 0, Integer.MAX_VALUE, Long.MAX_VALUE)
                .toCompletableFuture()
                .join()
                .messages();
    }

    List<Message> of(QueueName queue) {
        return messages.get(queue);
    }

    Store.Size size(QueueName queue) {
        return sizes.get(queue);
    }

    Store.Totals totals() {
        return totals;
    }

    /** Those which these holdings lack of the earlier ones, oldest first. */
    List<Message> goneSince(Holdings earlier, QueueName queue) {
        List<Message> had = earlier.of(queue);
        List<Message> have = of(queue);
        return had.stream().filter(message -> !have.contains(message)).toList();
    }
}
