// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static dev.perch.mailbox.QueueName.PRESENCE;
import static dev.perch.mailbox.QueueName.STATS;
import static dev.perch.store.Bench.ALICE;
import static dev.perch.store.Bench.ALL;
import static dev.perch.store.Bench.NEWS;
import static dev.perch.store.Bench.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is kept in memory only is a queue as any other as long as the server runs. */
interface TransientContract extends OnBench {
    @Test
    default void onlyPresenceAndTheFiguresAreTransient() {
        assertTrue(PRESENCE.isTransient());
        assertTrue(STATS.isTransient());
        assertFalse(NEWS.isTransient());
        assertFalse(ALICE.isTransient());
    }

    @Test
    default void transientMessagesTakeTheirOffsetsFromTheSameCounter() {
        bench().append(NEWS, "1");
        assertEquals(3, bench().append(PRESENCE, "2", "3").id().offset());
        bench().append(ALICE, "4");
        bench().append(PRESENCE, "5");
        assertEquals(5, bench().store().last());
        assertEquals(List.of(2L, 3L, 5L), bench().offsets(PRESENCE));
        assertEquals(List.of(1L), bench().offsets(NEWS));
        assertEquals(List.of(4L), bench().offsets(ALICE));
    }

    @Test
    default void theyAreToldReadAndCountedAsAnyOther() {
        bench().append(NEWS, "1");
        bench().append(PRESENCE, "2");
        bench().append(NEWS, "3");
        assertEquals(3, bench().intake.told().size());
        assertEquals(List.of("2"), Bench.texts(bench().page(PRESENCE, 0, ALL, ALL)));
        bench().assertTotals(NEWS, PRESENCE);
    }

    @Test
    default void aTransientTopicHasTheLimitsAndTheFloorOfATopic() {
        bench().append(PRESENCE, "1", "2", "3", "4");
        bench().append(PRESENCE, "5", "6");
        assertEquals(List.of(3L, 4L, 5L, 6L), bench().offsets(PRESENCE));
        assertEquals(2, bench().floor(PRESENCE));
        bench().assertTotals(PRESENCE);
    }

    @Test
    default void aTransientTopicIsFollowedAsAnyOther() {
        assertNull(await(bench().store().follow("alice", PRESENCE.name(), -1)));
        bench().append(PRESENCE, "1");
        await(bench().store().leave("alice", PRESENCE.name()));
        assertEquals(
                4, bench().intake.told().size(), () -> bench().intake.told().toString());
    }
}
