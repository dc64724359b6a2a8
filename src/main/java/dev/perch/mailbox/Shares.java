// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Shares out what is to be done with each of many: to hand them over one by one would cost more than to do it. */
public final class Shares {
    private Shares() {}

    /**
     * Has something done with each, in order within a share. One that fails takes the rest of its share along.
     *
     * @param all must not change any more
     * @param most how many of them are one task for the executor, at least 1
     */
    public static <T> void run(List<T> all, int most, Executor executor, Consumer<? super T> each) {
        for (int from = 0; from < all.size(); from += most) {
            List<T> share = all.subList(from, Math.min(from + most, all.size()));
            executor.execute(() -> share.forEach(each));
        }
    }
}
