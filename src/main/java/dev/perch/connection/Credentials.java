// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.util.List;

/** The server's certificate with its private key, as they lie in files. */
public interface Credentials {
    /**
     * Reads the files, each time anew.
     *
     * @throws CertificateException if they cannot be used; its message is a sentence for whoever runs the server, and
     *     has nothing of a key or password in it
     */
    Keys load() throws CertificateException;

    /** The files that are read. */
    List<Path> files();

    /**
     * What was in the files.
     *
     * @param store the certificate and its key
     * @param password that the key has in there
     */
    record Keys(KeyStore store, String password) {
        /** Without the password. */
        @Override
        public String toString() {
            return "keys";
        }
    }
}
