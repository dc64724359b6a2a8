// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.lang.System.Logger;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the keys come from. Files are read again when they have changed, so that keys can be changed while the server
 * runs; a file that cannot be used leaves the keys as they were, and a line in the log.
 */
public final class Keys {
    private static final Logger LOG = System.getLogger(Keys.class.getName());

    private final Secret secret;
    private final Path secretFile;
    private final Path setFile;
    private String secretsSeen = "";
    private String setSeen = "";
    private volatile KeyRing ring;

    /**
     * Reads them.
     *
     * @param secret one that does not change, or null
     * @param secretFile a file with one secret a line, or null
     * @param setFile a file with a JSON Web Key Set of public keys (RFC 7517), or null
     */
    public Keys(Secret secret, Path secretFile, Path setFile) throws UnusableKeys {
        this.secret = secret;
        this.secretFile = secretFile;
        this.setFile = setFile;
        this.ring = read();
    }

    /** The secret that tokens are to be signed with. */
    public static Secret signing(Secret secret, Path secretFile) throws UnusableKeys {
        return secret != null ? secret : Secret.lines(text(secretFile)).get(0);
    }

    /** Whether there are any. */
    boolean isEmpty() {
        return secret == null && secretFile == null && setFile == null;
    }

    KeyRing ring() {
        return ring;
    }

    /** Looks whether the files have changed. For one thread; true when the keys are others now. */
    boolean reload() {
        try {
            if (text(secretFile).equals(secretsSeen) && text(setFile).equals(setSeen)) {
                return false;
            }
            ring = read();
            LOG.log(Logger.Level.INFO, "keys for tokens were changed keys={0}", ring.size());
            return true;
        } catch (UnusableKeys e) {
            LOG.log(Logger.Level.WARNING, "keys for tokens stay as they are: {0}", e.getMessage());
            return false;
        }
    }

    private KeyRing read() throws UnusableKeys {
        secretsSeen = text(secretFile);
        setSeen = text(setFile);
        List<Secret> secrets = secretFile != null
                ? in(secretFile, Secret::lines, secretsSeen)
                : secret == null ? List.of() : List.of(secret);
        JWKSet set = setFile == null ? new JWKSet() : in(setFile, KeyRing::parse, setSeen);
        KeyRing read = in(setFile, json -> KeyRing.of(secrets, set), setSeen);
        if (setFile != null && read.size() == secrets.size()) {
            throw new UnusableKeys(setFile + ": there is no key in it that signs tokens");
        }
        return read;
    }

    /** What is made of the text of a file. */
    private interface Reading<T> {
        T of(String text) throws UnusableKeys;
    }

    private static <T> T in(Path file, Reading<T> reading, String text) throws UnusableKeys {
        try {
            return reading.of(text);
        } catch (UnusableKeys e) {
            throw new UnusableKeys(file + ": " + e.getMessage());
        }
    }

    private static String text(Path file) throws UnusableKeys {
        try {
            return file == null ? "" : Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new UnusableKeys(file + ": there is no such file");
        } catch (IOException e) {
            throw new UnusableKeys(file + ": it cannot be read");
        }
    }
}
