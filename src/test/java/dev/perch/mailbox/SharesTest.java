// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

final class SharesTest {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<Integer> done = new ArrayList<>();

    @Test
    void nothingIsNoTask() {
        Shares.run(List.<Integer>of(), 2, tasks::add, done::add);
        assertTrue(tasks.isEmpty());
    }

    @Test
    void asManyAsFitAreOneTaskAndTheRestAnother() {
        Shares.run(List.of(1, 2, 3, 4, 5), 2, tasks::add, done::add);
        assertEquals(3, tasks.size());
        tasks.remove().run();
        assertEquals(List.of(1, 2), done);
        tasks.remove().run();
        tasks.remove().run();
        assertEquals(List.of(1, 2, 3, 4, 5), done);
    }
}
