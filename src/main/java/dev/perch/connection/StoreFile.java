// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.security.cert.CertificateException;
import java.util.Collections;
import java.util.List;

/**
 * A certificate and its key in one PKCS#12 store (RFC 7292), as {@code openssl pkcs12 -export} and {@code keytool} make
 * them.
 *
 * @param store the file
 * @param password of the store, and of the key in it
 */
public record StoreFile(Path store, String password) implements Credentials {
    @Override
    public List<Path> files() {
        return List.of(store);
    }

    @Override
    public Keys load() throws CertificateException {
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, password.toCharArray());
            if (!hasKey(keys)) {
                throw new CertificateException(store + " has no private key: make it with openssl pkcs12 -export");
            }
            return new Keys(keys, password);
        } catch (CertificateException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw wrong(e);
        } catch (IOException e) {
            throw e.getCause() instanceof UnrecoverableKeyException || !Files.isReadable(store)
                    ? new CertificateException(
                            Files.isReadable(store)
                                    ? store + " cannot be opened with the password in PERCH_TLS_PASSWORD"
                                    : unreadable(store, e),
                            e)
                    : wrong(e);
        }
    }

    private CertificateException wrong(Exception cause) {
        return new CertificateException(
                store + " is no PKCS#12 store: openssl pkcs12 -info -noout -in " + store + " says more", cause);
    }

    private static boolean hasKey(KeyStore keys) throws GeneralSecurityException {
        for (String alias : Collections.list(keys.aliases())) {
            if (keys.isKeyEntry(alias)) {
                return true;
            }
        }
        return false;
    }

    static String unreadable(Path file, IOException cause) {
        if (cause instanceof NoSuchFileException) {
            return file + " cannot be read: there is no such file";
        }
        return file + " cannot be read: " + (cause instanceof AccessDeniedException ? "permission denied" : cause);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return store.toString();
    }
}
