// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import java.io.IOException;
import java.lang.System.Logger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import org.eclipse.jetty.http2.HTTP2Cipher;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * Encryption with the server's certificate: TLS 1.2 and 1.3. When the files of the certificate change it is read again
 * for connections that come from then on; those that are open stay as they are, and so does what waits on them.
 */
public final class Tls {
    private static final Logger LOG = System.getLogger(Tls.class.getName());

    private final Credentials credentials;
    private final SslContextFactory.Server context;
    /** How the files were when they were last read, and when they were last looked at. */
    private String read;

    private String seen;

    /** Encryption with what these files have now. */
    public Tls(Credentials credentials) throws CertificateException {
        this.credentials = credentials;
        this.read = look();
        this.seen = read;
        this.context = context(credentials.load());
    }

    SslContextFactory.Server context() {
        return context;
    }

    /**
     * Looks at the files, and reads them when they have changed and then stayed the same from one call to the next: a
     * pair that is being replaced is not read in between. What cannot be used changes nothing, and is logged once. One
     * thread calls it, again and again.
     */
    public void refresh() {
        String now = look();
        boolean quiet = now.equals(seen);
        seen = now;
        if (!quiet || now.equals(read)) {
            return;
        }
        read = now;
        try {
            Credentials.Keys keys = credentials.load();
            context(keys);
            context.reload(same -> use(context, keys));
        } catch (Exception e) {
            LOG.log(
                    Logger.Level.WARNING,
                    "the new certificate is not used and the one before stays: {0}",
                    e.getMessage());
        }
    }

    /** As a rehearsal too: what fails here would leave the one in use without keys. */
    private static SslContextFactory.Server context(Credentials.Keys keys) throws CertificateException {
        SslContextFactory.Server context = new SslContextFactory.Server();
        context.setIncludeProtocols("TLSv1.2", "TLSv1.3");
        context.setCipherComparator(HTTP2Cipher.COMPARATOR);
        context.setUseCipherSuitesOrder(true);
        context.setRenegotiationAllowed(false);
        use(context, keys);
        try {
            tell(keys.store());
            context.start();
            context.stop();
            return context;
        } catch (Exception e) {
            throw new CertificateException("the certificate cannot be used: " + e.getMessage(), e);
        }
    }

    private static void use(SslContextFactory.Server context, Credentials.Keys keys) {
        context.setKeyStore(keys.store());
        context.setKeyStorePassword(keys.password());
    }

    /** Logs whose it is and how long it can be used. */
    private static void tell(KeyStore store) throws GeneralSecurityException {
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias) && store.getCertificate(alias) instanceof X509Certificate certificate) {
                LOG.log(
                        Logger.Level.INFO,
                        "certificate subject=\"{0}\" until={1}",
                        certificate.getSubjectX500Principal().getName(),
                        certificate.getNotAfter().toInstant());
                tellWhenOver(certificate);
            }
        }
    }

    private static void tellWhenOver(X509Certificate certificate) {
        try {
            certificate.checkValidity();
        } catch (CertificateException e) {
            LOG.log(Logger.Level.WARNING, "clients will refuse the certificate: {0}", e.getMessage());
        }
    }

    /** What a change of the files would change. */
    private String look() {
        StringBuilder state = new StringBuilder();
        for (Path file : credentials.files()) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                state.append(attributes.lastModifiedTime()).append(' ');
                state.append(attributes.size()).append(' ').append(attributes.fileKey());
            } catch (IOException e) {
                state.append("not there");
            }
            state.append('\n');
        }
        return state.toString();
    }
}
