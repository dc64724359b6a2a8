// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import org.junit.jupiter.api.AfterEach;

/** A part of the contract suite: tests of one store on a {@link Bench}. */
interface OnBench {
    /** The same bench for the whole of one test. */
    Bench bench();

    @AfterEach
    default void closeTheStore() {
        bench().close();
    }
}
