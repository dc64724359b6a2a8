// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/** A secret that whoever mints tokens shares with the server, for HS256. It never prints itself. */
public final class Secret {
    /** As many as its hash has (RFC 7518 section 3.2). */
    public static final int LEAST_BYTES = 32;

    private final byte[] bytes;

    private Secret(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The secret that the text is, as UTF-8. Blanks around it do not count. */
    public static Secret of(String text) throws UnusableKeys {
        byte[] bytes = text.strip().getBytes(StandardCharsets.UTF_8);
        if (bytes.length < LEAST_BYTES) {
            throw new UnusableKeys(
                    "a secret must have at least " + LEAST_BYTES + " bytes; make one with: openssl rand -base64 32");
        }
        return new Secret(bytes);
    }

    /** Those in a file: one a line, the one that new tokens are signed with first, and at most one that was before. */
    static List<Secret> lines(String text) throws UnusableKeys {
        List<String> lines =
                text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        if (lines.isEmpty() || lines.size() > 2) {
            throw new UnusableKeys("it must have one line with a secret, or two while the secret is being changed");
        }
        Secret first = of(lines.get(0));
        return lines.size() == 1 ? List.of(first) : List.of(first, of(lines.get(1)));
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && MessageDigest.isEqual(bytes, secret.bytes);
    }

    @Override
    public int hashCode() {
        return 0;
    }

    @Override
    public String toString() {
        return "a secret";
    }
}
