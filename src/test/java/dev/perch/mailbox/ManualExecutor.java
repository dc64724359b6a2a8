// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;

/** Keeps its tasks until it is told to run one; which one, chance decides. */
final class ManualExecutor implements Executor {
    private final List<Runnable> tasks = new ArrayList<>();
    private final SplittableRandom random;

    ManualExecutor(SplittableRandom random) {
        this.random = random;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    boolean isDry() {
        return tasks.isEmpty();
    }

    void runOne() {
        int i = random.nextInt(tasks.size());
        Runnable task = tasks.get(i);
        Runnable last = tasks.remove(tasks.size() - 1);
        if (i < tasks.size()) {
            tasks.set(i, last);
        }
        task.run();
    }
}
