// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static dev.perch.store.Bench.ALICE;
import static dev.perch.store.Bench.BOB;
import static dev.perch.store.Bench.NEWS;
import static dev.perch.store.Bench.drafts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.perch.mailbox.Key;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import dev.perch.mailbox.Refusal;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What an idempotency key does. */
interface KeyContract extends OnBench {
    private Receipt publish(QueueName queue, String key, String... texts) {
        return assertInstanceOf(Receipt.class, bench().publish(queue, Key.of(key, drafts(texts)), drafts(texts)));
    }

    private void assertSame(Receipt first, Receipt again) {
        assertEquals(first.id(), again.id());
        assertEquals(first.count(), again.count());
        assertEquals(first.woken(), again.woken());
    }

    @Test
    default void theSameKeyGivesTheFirstReceiptAgainAndStoresNothing() {
        bench().intake.onWake(messages -> 3);
        Receipt first = publish(ALICE, "k", "a", "b");
        bench().intake.onWake(messages -> 5);
        bench().append(ALICE, "c");
        Receipt again = publish(ALICE, "k", "a", "b");
        assertSame(first, again);
        assertEquals(3, again.woken());
        assertEquals(3, bench().store().last());
        assertEquals(3, bench().intake.stored().size());
        assertEquals(2, bench().intake.woken().size());
    }

    @Test
    default void theSameKeyWithOtherContentIsRefused() {
        Receipt first = publish(ALICE, "k", "a");
        assertEquals(Refusal.KEY_REUSED, bench().publish(ALICE, Key.of("k", drafts("b")), drafts("b")));
        assertEquals(Refusal.KEY_REUSED, bench().publish(ALICE, Key.of("k", drafts("a", "a")), drafts("a", "a")));
        assertEquals(1, bench().store().last());
        assertEquals(1, bench().store().size(ALICE).messages());
        assertSame(first, publish(ALICE, "k", "a"));
    }

    @Test
    default void theSameKeyOnAnotherQueueIsAnotherKey() {
        QueueName topicOfThatName = QueueName.topic(ALICE.name());
        assertEquals(1, publish(ALICE, "k", "a").id().offset());
        assertEquals(2, publish(BOB, "k", "a").id().offset());
        assertEquals(3, publish(NEWS, "k", "b").id().offset());
        assertEquals(4, publish(topicOfThatName, "k", "a").id().offset());
    }

    @Test
    default void withoutAKeyTheSameContentIsStoredAgain() {
        assertEquals(1, bench().append(ALICE, "a").id().offset());
        assertEquals(2, bench().append(ALICE, "a").id().offset());
    }

    @Test
    default void aKeyIsForgottenAfterFiveMinutesOfTheSteadyClock() {
        Receipt first = publish(NEWS, "k", "a");
        bench().jump(Duration.ofMinutes(30));
        bench().passUnnoticed(Limits.KEY_KEPT.minusNanos(1));
        bench().expire();
        assertSame(first, publish(NEWS, "k", "a"));
        bench().passUnnoticed(Duration.ofNanos(1));
        assertEquals(2, publish(NEWS, "k", "a").id().offset());
        assertEquals(2, bench().store().last());
    }

    @Test
    default void aForgottenKeyMayStandForOtherContent() {
        publish(NEWS, "k", "a");
        bench().pass(Limits.KEY_KEPT);
        bench().expire();
        assertEquals(2, publish(NEWS, "k", "b").id().offset());
        assertEquals(Refusal.KEY_REUSED, bench().publish(NEWS, Key.of("k", drafts("a")), drafts("a")));
    }

    @Test
    default void repeatingAKeyDoesNotKeepItLonger() {
        publish(NEWS, "k", "a");
        bench().pass(Duration.ofMinutes(4));
        publish(NEWS, "k", "a");
        bench().pass(Duration.ofMinutes(1));
        assertEquals(2, publish(NEWS, "k", "a").id().offset());
    }

    @Test
    default void aRefusalIsNotRememberedUnderItsKey() {
        bench().append(ALICE, "1", "2", "3", "4", "5");
        Key key = Key.of("k", drafts("a"));
        assertEquals(Refusal.MAILBOX_FULL, bench().publish(ALICE, key, drafts("a")));
        bench().trim(ALICE, 1);
        assertEquals(6, publish(ALICE, "k", "a").id().offset());
    }

    @Test
    default void aRepeatedKeyNeedsNoRoom() {
        Receipt first = publish(ALICE, "k", "a");
        bench().append(ALICE, "2", "3", "4", "5");
        assertSame(first, publish(ALICE, "k", "a"));
    }

    @Test
    default void theReceiptOutlivesItsMessages() {
        Receipt first = publish(ALICE, "k", "a");
        bench().trim(ALICE, 1);
        assertSame(first, publish(ALICE, "k", "a"));
        assertEquals(0, bench().store().size(ALICE).messages());
    }
}
