// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A CRC-32C over the values of a row, in their order. Each goes in with its length, so that nothing can move from one
 * to the next unnoticed.
 */
final class Checksum {
    private static final long NOTHING = -1;

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

    Checksum with(long value) {
        crc.update(number.clear().putLong(value).flip());
        return this;
    }

    /** Text, or null. */
    Checksum with(String text) {
        return text == null ? with(NOTHING) : with(text.getBytes(StandardCharsets.UTF_8));
    }

    Checksum with(byte[] bytes) {
        with(bytes.length);
        crc.update(bytes, 0, bytes.length);
        return this;
    }

    /** The sum, 32 bits without a sign. */
    long value() {
        return crc.getValue();
    }

    /** Fails unless it is the sum that was stored with the row. */
    void verify(long stored, String what) {
        if (value() != stored) {
            throw new Fault(what + " does not match its checksum");
        }
    }
}
