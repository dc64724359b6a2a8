// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** The acknowledgements that publishers wait for on one mailbox, by offset. Guarded by the lock of the mailbox. */
final class Expected {
    private final TreeSet<Acknowledgement> waiting =
            new TreeSet<>(Comparator.comparingLong(Acknowledgement::offset).thenComparingLong(Acknowledgement::number));
    private long number;

    /**
     * One that is waited for.
     *
     * @param offset up to where it has to go
     * @param number tells those who wait for the same offset apart
     */
    record Acknowledgement(long offset, long number, Expectation<Long> by) {}

    Acknowledgement add(long offset, Expectation<Long> by) {
        Acknowledgement acknowledgement = new Acknowledgement(offset, number++, by);
        waiting.add(acknowledgement);
        return acknowledgement;
    }

    void remove(Acknowledgement acknowledgement) {
        waiting.remove(acknowledgement);
    }

    /** Takes out those that an acknowledgement up to this offset meets. */
    List<Acknowledgement> reached(long offset) {
        List<Acknowledgement> reached = new ArrayList<>();
        while (!waiting.isEmpty() && waiting.first().offset() <= offset) {
            reached.add(waiting.pollFirst());
        }
        return reached;
    }

    /** Takes out all of them. */
    List<Acknowledgement> all() {
        return reached(Long.MAX_VALUE);
    }
}
