// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import dev.perch.format.Problem;
import dev.perch.mailbox.End;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;

/** Why the server closes a socket (RFC 6455 section 7.4; those from 4000 on are Perch's own). */
enum CloseCode {
    /** The server is about to stop: come back. */
    STOPPING(1001),
    /** A text that is not UTF-8. */
    NOT_UTF8(1007),
    /** What was sent can be sent nowhere: coming back does not help. */
    REFUSED(1008),
    /** A message over the limit. */
    TOO_LARGE(1009),
    /** A fault of the server. */
    FAULT(1011),
    /** No room at the moment: come back after a while. */
    LATER(1013),
    /** There are too many readers on the mailbox, and this was the oldest one. */
    SUPERSEDED(4001),
    /** What it reads was removed. */
    DELETED(4002),
    /** The client did not take what was written, or did not answer pings: come back with the cursor. */
    SLOW(4003),
    /** Its token is over: come back with another one. */
    TOKEN(4004);

    private final int number;

    CloseCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** The frame that says so. While the server stops nobody is waited for. */
    Frame frame(String reason) {
        return this == STOPPING ? new CloseStatus(number, reason).toFrame() : new Patient(number, reason);
    }

    /**
     * A close frame after which the client's answer is waited for. Where Jetty takes a code for a bad one it closes the
     * connection as soon as the frame is written; what the client is sending meets a reset then, for which browsers
     * forget what the frame said.
     */
    private static final class Patient extends Frame implements CloseStatus.Supplier {
        Patient(int code, String reason) {
            super(OpCode.CLOSE, CloseStatus.asPayloadBuffer(code, reason));
        }

        @Override
        public CloseStatus getCloseStatus() {
            return CloseStatus.NORMAL_STATUS;
        }
    }

    /** The code for a read that has ended so, other than by its wait or its client. */
    static CloseCode of(End end) {
        return switch (end) {
            case SUPERSEDED -> SUPERSEDED;
            case DELETED -> DELETED;
            case TOKEN -> TOKEN;
            case DRAIN -> STOPPING;
            case WAIT, GONE -> FAULT;
        };
    }

    /** The code where there is no other way to tell a client of a problem. */
    static CloseCode of(Problem problem) {
        return problem == Problem.DRAINING
                ? STOPPING
                : problem.status() == 429 || problem.status() == 503 ? LATER : REFUSED;
    }
}
