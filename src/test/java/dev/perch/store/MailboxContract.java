// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import static dev.perch.store.Bench.ALICE;
import static dev.perch.store.Bench.BOB;
import static dev.perch.store.Bench.NEWS;
import static dev.perch.store.Bench.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.mailbox.MailboxRecord;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Refusal;
import dev.perch.mailbox.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How mailboxes come and go, and what they follow. */
interface MailboxContract extends OnBench {
    private Refusal create(String mailbox) {
        return await(bench().store().create(mailbox));
    }

    private Refusal follow(String mailbox, String topic, long since) {
        return await(bench().store().follow(mailbox, topic, since));
    }

    private void leave(String mailbox, String topic) {
        await(bench().store().leave(mailbox, topic));
    }

    private void removeIdle(QueueName queue) {
        await(bench().store().removeIdle(queue));
    }

    private void assertTold(String... changes) {
        assertEquals(List.of(changes), bench().intake.told());
    }

    @Test
    default void aMailboxIsCreatedOnceAtTheLastOffset() {
        bench().append(NEWS, "1", "2");
        assertNull(create("alice"));
        bench().append(NEWS, "3");
        assertNull(create("alice"));
        bench().append(ALICE, "4");
        assertNull(follow("alice", "news", 0));
        assertEquals(
                List.of(new MailboxRecord("alice", 2, 2, 2, Map.of())),
                bench().intake.created());
    }

    @Test
    default void whatIsSentToAMailboxCreatesItBeforehand() {
        bench().append(NEWS, "1");
        bench().append(ALICE, "2", "3");
        assertEquals(List.of(MailboxRecord.created("alice", 1)), bench().intake.created());
        assertTold("stored topic/news 1", "created alice", "stored mailbox/alice 2", "stored mailbox/alice 3");
    }

    @Test
    default void followingCreatesTheMailbox() {
        bench().append(NEWS, "1", "2");
        assertNull(follow("alice", "news", 1));
        assertEquals(List.of(MailboxRecord.created("alice", 2)), bench().intake.created());
        assertTold("stored topic/news 1", "stored topic/news 2", "created alice", "followed alice news 1");
    }

    @Test
    default void publishingOnATopicCreatesNoMailbox() {
        bench().append(QueueName.topic("alice"), "1");
        assertEquals(List.of(), bench().intake.created());
    }

    @Test
    default void thereAreNoMoreMailboxesThanThereMayBe() {
        bench().mailboxes = 2;
        create("bob");
        create("carol");
        List<String> told = bench().intake.told();
        assertEquals(Refusal.TOO_MANY_MAILBOXES, create("alice"));
        assertEquals(Refusal.TOO_MANY_MAILBOXES, follow("alice", "news", 0));
        assertEquals(told, bench().intake.told());
        bench().assertRefused(Refusal.TOO_MANY_MAILBOXES, ALICE, "1");
        assertNull(create("bob"));
        assertNull(follow("bob", "news", 0));
        bench().append(BOB, "1");
        bench().append(NEWS, "2");
        bench().remove(BOB);
        assertNull(create("alice"));
    }

    @Test
    default void followingWithoutAnOffsetBeginsAtTheLastOne() {
        bench().append(NEWS, "1", "2", "3");
        create("alice");
        assertNull(follow("alice", "news", -1));
        assertNull(follow("alice", "sport", 2));
        assertNull(follow("alice", "art", 0));
        assertEquals(
                List.of("followed alice news 3", "followed alice sport 2", "followed alice art 0"),
                bench().intake.told().subList(4, 7));
    }

    @Test
    default void followingAgainChangesNothing() {
        bench().append(NEWS, "1");
        follow("alice", "news", 1);
        bench().append(NEWS, "2");
        List<String> told = bench().intake.told();
        assertNull(follow("alice", "news", 0));
        assertNull(follow("alice", "news", -1));
        assertEquals(told, bench().intake.told());
    }

    @Test
    default void aMailboxFollowsNoMoreTopicsThanItMay() {
        for (String topic : List.of("a", "b", "c")) {
            assertNull(follow("alice", topic, 0));
        }
        List<String> told = bench().intake.told();
        assertEquals(Refusal.TOO_MANY_TOPICS, follow("alice", "d", 0));
        assertNull(follow("alice", "a", 0));
        assertEquals(told, bench().intake.told());
        assertNull(follow("bob", "d", 0));
        leave("alice", "b");
        assertNull(follow("alice", "d", 0));
        assertEquals(Refusal.TOO_MANY_TOPICS, follow("alice", "b", 0));
    }

    @Test
    default void leavingEndsTheFollowingOnce() {
        follow("alice", "news", 0);
        follow("bob", "news", 0);
        leave("alice", "news");
        leave("alice", "news");
        assertTold("created alice", "followed alice news 0", "created bob", "followed bob news 0", "left alice news");
    }

    @Test
    default void followingAfterLeavingBeginsAnew() {
        follow("alice", "news", 0);
        leave("alice", "news");
        bench().append(NEWS, "1");
        follow("alice", "news", -1);
        assertTold(
                "created alice",
                "followed alice news 0",
                "left alice news",
                "stored topic/news 1",
                "followed alice news 1");
    }

    @Test
    default void leavingWhatIsNotFollowedDoesNothing() {
        leave("nobody", "news");
        create("alice");
        leave("alice", "news");
        bench().append(BOB, "1");
        leave("bob", "news");
        follow("alice", "sport", 0);
        leave("alice", "news");
        assertTold("created alice", "created bob", "stored mailbox/bob 1", "followed alice sport 0");
    }

    @Test
    default void removingAMailboxTakesItsMessagesAndItsFollows() {
        bench().append(ALICE, "1", "2");
        bench().append(BOB, "3");
        follow("alice", "news", 0);
        bench().remove(ALICE);
        bench().remove(ALICE);
        assertEquals(0, bench().store().size(ALICE).messages());
        assertEquals(List.of(), bench().offsets(ALICE));
        bench().assertTotals(BOB);
        leave("alice", "news");
        bench().append(ALICE, "4");
        follow("alice", "news", 0);
        assertTold(
                "created alice",
                "stored mailbox/alice 1",
                "stored mailbox/alice 2",
                "created bob",
                "stored mailbox/bob 3",
                "followed alice news 0",
                "removed mailbox/alice",
                "created alice",
                "stored mailbox/alice 4",
                "followed alice news 0");
        assertEquals(MailboxRecord.created("alice", 3), bench().intake.created().get(2));
    }

    @Test
    default void removingAnEmptyMailboxIsTold() {
        create("alice");
        bench().remove(ALICE);
        assertTold("created alice", "removed mailbox/alice");
    }

    @Test
    default void removingATopicLeavesItsFollowers() {
        follow("alice", "news", 0);
        bench().append(NEWS, "1", "2");
        bench().remove(NEWS);
        bench().assertTotals(NEWS);
        follow("alice", "news", -1);
        assertTold(
                "created alice",
                "followed alice news 0",
                "stored topic/news 1",
                "stored topic/news 2",
                "removed topic/news");
    }

    @Test
    default void removingWhatIsNotThereDoesNothing() {
        bench().append(QueueName.topic("alice"), "1");
        bench().remove(ALICE);
        bench().remove(NEWS);
        assertTold("stored topic/alice 1");
        assertEquals(1, bench().store().totals().messages());
    }

    @Test
    default void anEmptyMailboxThatIsIdleIsRemoved() {
        create("alice");
        follow("alice", "news", 0);
        bench().intake.disuse(ALICE);
        removeIdle(ALICE);
        assertTold("created alice", "followed alice news 0", "removed mailbox/alice");
        create("alice");
        assertEquals(2, bench().intake.created().size());
    }

    @Test
    default void anEmptyMailboxInUseIsNotRemoved() {
        create("alice");
        removeIdle(ALICE);
        assertTold("created alice");
    }

    @Test
    default void anIdleMailboxWithMessagesIsNotRemoved() {
        bench().append(ALICE, "1");
        bench().intake.disuse(ALICE);
        removeIdle(ALICE);
        assertEquals(List.of(1L), bench().offsets(ALICE));
        bench().trim(ALICE, 1);
        removeIdle(ALICE);
        assertTold("created alice", "stored mailbox/alice 1", "removed mailbox/alice");
        assertTrue(bench().floor(ALICE) >= 1);
    }

    @Test
    default void anIdleMailboxWhoseMessagesHaveExpiredIsRemoved() {
        bench().append(ALICE, "1", Duration.ofSeconds(10));
        bench().intake.disuse(ALICE);
        bench().pass(Duration.ofSeconds(10));
        bench().expire();
        removeIdle(ALICE);
        assertEquals("removed mailbox/alice", bench().intake.told().get(2));
    }

    @Test
    default void anIdleTopicIsRemovedWhenItIsEmpty() {
        bench().append(NEWS, "1");
        bench().intake.disuse(NEWS);
        removeIdle(NEWS);
        assertTold("stored topic/news 1");
        bench().trim(NEWS, 1);
        removeIdle(NEWS);
        assertTold("stored topic/news 1", "removed topic/news");
        assertEquals(new Store.Size(0, 0, 1), bench().store().size(NEWS));
    }

    @Test
    default void positionsOfMailboxesThatAreNotThereArePassedOver() {
        bench().append(ALICE, "1");
        await(bench().store().save(List.of(new Store.Positions("nobody", 1, 1), new Store.Positions("alice", 1, 0))));
        await(bench().store().save(List.of()));
        assertTold("created alice", "stored mailbox/alice 1");
    }
}
