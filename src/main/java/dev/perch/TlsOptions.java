// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.connection.Credentials;
import dev.perch.connection.PemFiles;
import dev.perch.connection.StoreFile;
import dev.perch.connection.Tls;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import picocli.CommandLine.Option;

/** Whether the server encrypts, and with which certificate. */
final class TlsOptions implements OptionGroup {
    /** Where the password of the store comes from: a command line can be seen by everybody on the machine. */
    static final String PASSWORD = "PERCH_TLS_PASSWORD";

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "serve https with the certificates in this PEM file: the server's own first, then those that "
                    + "lead to one that clients know. Read again when it changes. Default: none, plain http")
    Path cert;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "PEM file with the private key of the certificate, PKCS#8 and not encrypted. Default: none")
    Path key;

    @Option(
            names = "--tls-store",
            paramLabel = "FILE",
            description = "PKCS#12 store with certificate and key, instead of both files. Its password is taken from "
                    + PASSWORD + " in the environment. Default: none")
    Path store;

    /** Of the store; null where the environment has none. */
    String password;

    /** The encryption that is asked for, or null. Reads the files. */
    Tls tls() {
        if (!isOn()) {
            return null;
        }
        Credentials credentials = store == null ? new PemFiles(cert, key) : new StoreFile(store, password);
        try {
            return new Tls(credentials);
        } catch (CertificateException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private boolean isOn() {
        return cert != null || store != null;
    }

    @Override
    public String mistake() {
        if (store != null && (cert != null || key != null)) {
            return "--tls-store has certificate and key: leave --tls-cert and --tls-key away, or --tls-store";
        }
        if (cert == null && key != null) {
            return "--tls-key needs --tls-cert, the file with the certificate";
        }
        if (cert != null && key == null) {
            return "--tls-cert needs --tls-key, the file with the private key";
        }
        if (store != null && password == null) {
            return "--tls-store needs its password in " + PASSWORD + ", a variable of the environment";
        }
        return null;
    }
}
