// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.EnumSet;
import java.util.Set;

/** One read of a schedule, as its client knows it, and the outlet that waits for its outcome. */
final class Poll implements Outlet {
    final int id;
    final Reading reading;
    final Set<End> asked = EnumSet.noneOf(End.class);
    private final Model model;
    Reader reader;
    Batch batch;
    boolean failed;

    // What the model noted when the read began.
    Model.Box box;
    int step;
    long startNanos;
    long horizon;
    long place;
    boolean bare;
    boolean watch;
    boolean oldest;
    boolean elsewhere;

    /** How far the mailbox had handed out before this read claimed its messages. */
    long before;

    Poll(int id, Reading reading, Model model) {
        this.id = id;
        this.reading = reading;
        this.model = model;
    }

    String mailboxName() {
        return reading.queue().isMailbox() ? reading.queue().name() : null;
    }

    boolean isClaim() {
        return batch != null && batch.end() == null && box != null && !watch;
    }

    @Override
    public void began(Reader made) {
        model.check(reader == null, "%s began twice", this);
        reader = made;
        model.begin(this);
    }

    @Override
    public void answer(Batch outcome) {
        model.answered(this, outcome);
    }

    @Override
    public void refuse(Refusal refusal) {
        model.fail(this + " was refused: " + refusal);
    }

    @Override
    public void broken(Throwable cause) {
        model.fail(this + " broke: " + cause);
    }

    @Override
    public String toString() {
        return "poll" + id;
    }
}
