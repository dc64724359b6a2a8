// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class FewThreadsTest {
    private final Queue<Runnable> pool = new ArrayDeque<>();
    private final List<Integer> seen = new ArrayList<>();

    @Test
    void takesNoMoreThreadsThanItMayForAnyNumberOfTasks() {
        FewThreads few = new FewThreads(pool::add, 2);
        IntStream.range(0, 100).forEach(i -> few.execute(() -> seen.add(i)));
        assertEquals(2, pool.size());
        pool.remove().run();
        assertEquals(IntStream.range(0, 100).boxed().toList(), seen);
        pool.remove().run();
        assertEquals(100, seen.size());
    }

    @Test
    void takesAThreadAgainWhenAllHadBeenDone() {
        FewThreads few = new FewThreads(pool::add, 1);
        few.execute(() -> seen.add(1));
        pool.remove().run();
        few.execute(() -> seen.add(2));
        pool.remove().run();
        assertEquals(List.of(1, 2), seen);
    }

    @Test
    void taskThatFailsTakesNoOtherAlong() {
        FewThreads few = new FewThreads(pool::add, 1);
        few.execute(() -> {
            throw new IllegalStateException("a fault");
        });
        few.execute(() -> seen.add(1));
        pool.remove().run();
        assertEquals(List.of(1), seen);
        assertTrue(pool.isEmpty());
    }

    @Test
    void taskIsDoneEvenWhenThePoolTakesNoneAnyMore() {
        FewThreads few = new FewThreads(
                task -> {
                    throw new RejectedExecutionException("stopped");
                },
                1);
        few.execute(() -> seen.add(1));
        few.execute(() -> seen.add(2));
        assertEquals(List.of(1, 2), seen);
    }

    /**
     * As Jetty's pool does it: the task waits for a thread that there is, and whoever brought it is told of the fault.
     */
    @Test
    void taskIsDoneEvenWhenTheSystemHasNoThreadForThePool() {
        boolean[] full = {true};
        FewThreads few = new FewThreads(
                task -> {
                    pool.add(task);
                    if (full[0]) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                },
                1);
        few.execute(() -> seen.add(1));
        assertEquals(List.of(1), seen);
        pool.remove().run();
        full[0] = false;
        few.execute(() -> seen.add(2));
        few.execute(() -> seen.add(3));
        assertEquals(1, pool.size());
        pool.remove().run();
        assertEquals(List.of(1, 2, 3), seen);
    }

    @Test
    @Timeout(60)
    void noTaskIsForgottenHoweverManyThreadsBringThem() throws Exception {
        int threads = 4;
        int each = 50_000;
        ExecutorService real = Executors.newCachedThreadPool();
        try {
            FewThreads few = new FewThreads(real, 2);
            AtomicInteger atOnce = new AtomicInteger();
            AtomicInteger mostAtOnce = new AtomicInteger();
            CountDownLatch done = new CountDownLatch(threads * each);
            for (int i = 0; i < threads; i++) {
                real.execute(() -> IntStream.range(0, each)
                        .forEach(j -> few.execute(() -> {
                            mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                            atOnce.decrementAndGet();
                            done.countDown();
                        })));
            }
            assertTrue(done.await(30, SECONDS), () -> done.getCount() + " tasks were forgotten");
            assertTrue(mostAtOnce.get() <= 2, () -> mostAtOnce + " threads at once");
        } finally {
            real.shutdownNow();
        }
    }
}
