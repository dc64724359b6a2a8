// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.access.Allowance;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;
import org.junit.jupiter.api.Test;

final class IncomingTest {
    private static final int MAX = 100_000;

    private final Allowance allowance = new Allowance(MAX);

    private static Frame part(byte opCode, int size, boolean fin) {
        byte[] payload = new byte[size];
        Arrays.fill(payload, (byte) 'x');
        return new Frame(opCode, ByteBuffer.wrap(payload)).setFin(fin);
    }

    private Incoming begun(int size) {
        Incoming incoming = new Incoming(MAX, allowance);
        assertNull(incoming.take(part(OpCode.BINARY, size, false)));
        return incoming;
    }

    @Test
    void messagesOfWhichAPartHasComeShareOneBound() {
        Incoming first = begun(60_000);
        assertFalse(first.isCrowded());
        assertTrue(begun(60_000).isCrowded());
        byte[] body = first.take(part(OpCode.CONTINUATION, 10, true)).body();
        byte[] expected = new byte[60_010];
        Arrays.fill(expected, (byte) 'x');
        assertArrayEquals(expected, body);
        assertFalse(begun(60_000).isCrowded(), "what was taken is given back with the end of the message");
    }

    @Test
    void aSocketThatEndsGivesBackWhatItHad() {
        Incoming gone = begun(60_000);
        gone.drop();
        assertNull(gone.take(part(OpCode.CONTINUATION, 60_000, false)));
        assertTrue(allowance.take(MAX));
    }

    @Test
    void smallMessagesNeedNoRoom() {
        assertTrue(allowance.take(MAX));
        assertFalse(begun(8000).isCrowded());
    }
}
