// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The callers of tokens that were found good, since a client sends the same one with each poll, and to check a
 * signature of ES256 takes most of a millisecond. Tokens are kept as hashes; when there are too many, those that were
 * not asked for longest go. Any thread may use it.
 */
final class Remembered {
    /** Some megabytes. */
    private static final int MOST = 10_000;

    private final Map<ByteBuffer, Caller> callers = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Caller> eldest) {
            return size() > MOST;
        }
    };

    /** The hash under which a token is known. */
    static ByteBuffer hash(String token) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The caller whose token has that hash, or null. */
    synchronized Caller get(ByteBuffer hash) {
        return callers.get(hash);
    }

    synchronized void put(ByteBuffer hash, Caller caller) {
        callers.put(hash, caller);
    }

    synchronized int size() {
        return callers.size();
    }
}
