// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class AllowanceTest {
    @Test
    void noMoreIsTakenThanThereIsAndWhatIsGivenBackCanBeTakenAgain() {
        Allowance allowance = new Allowance(100);
        assertTrue(allowance.take(60));
        assertFalse(allowance.take(41));
        assertTrue(allowance.take(40));
        assertFalse(allowance.take(1));
        allowance.giveBack(60);
        assertTrue(allowance.take(60));
    }
}
