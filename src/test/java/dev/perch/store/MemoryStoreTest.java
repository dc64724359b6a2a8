// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.mailbox.Message;
import dev.perch.mailbox.QueueName;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The store in memory. */
final class MemoryStoreTest implements StoreContract {
    private final Bench bench = new Bench((limits, clocks) -> new MemoryStore(limits, clocks, "m1"));

    @Override
    public Bench bench() {
        return bench;
    }

    @Test
    void itsEpochIsTheOneItWasGiven() {
        assertEquals("m1", bench.store().epoch());
    }

    @Test
    void itsStagesAreAlwaysComplete() {
        assertTrue(bench.store().create("alice").toCompletableFuture().isDone());
        assertTrue(bench.store().expire().toCompletableFuture().isDone());
    }

    @Test
    void itsMessagesShareTheNameOfTheirQueue() {
        bench.append(QueueName.mailbox("alice"), "one");
        bench.append(QueueName.mailbox("alice"), "two");
        List<Message> messages =
                bench.page(QueueName.mailbox("alice"), 0, 2, Long.MAX_VALUE).messages();
        assertSame(messages.get(0).queue(), messages.get(1).queue());
    }
}
