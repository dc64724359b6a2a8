// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * An idempotency key: what a publisher sends again when it does not know whether the first attempt arrived.
 *
 * @param value the publisher's word
 * @param fingerprint a digest of what was published under it, to tell a retry from a mistake
 */
public record Key(String value, String fingerprint) {
    /** The key for these drafts. */
    public static Key of(String value, List<Draft> drafts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Draft draft : drafts) {
                digest.update(draft.contentType().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                digest.update(Integer.toString(draft.body().length).getBytes(StandardCharsets.US_ASCII));
                digest.update((byte) 0);
                digest.update(draft.body());
            }
            return new Key(value, HexFormat.of().formatHex(digest.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
