// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate for this machine that nobody has signed, with its key, made for one test by the JDK's keytool. */
public final class TestCertificate {
    /** Of the store that {@link #store} is in. */
    public static final String PASSWORD = "not-the-usual-one";

    private static final List<String> MAKE = List.of(
            "-genkeypair",
            "-alias",
            "perch",
            "-dname",
            "CN=localhost",
            "-ext",
            "SAN=dns:localhost,ip:127.0.0.1",
            "-validity",
            "30",
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD);

    private final Path store;
    private final X509Certificate certificate;
    private final Key key;

    private TestCertificate(Path store, X509Certificate certificate, Key key) {
        this.store = store;
        this.certificate = certificate;
        this.key = key;
    }

    /** A new one, for a key of this algorithm: {@code RSA}, {@code EC} or {@code Ed25519}. */
    public static TestCertificate make(Path directory, String algorithm) throws Exception {
        Path store = Files.createTempDirectory(directory, "certificate").resolve("store.p12");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(MAKE);
        command.addAll(List.of("-keyalg", algorithm, "-keystore", store.toString()));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, keytool.waitFor(), said);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return new TestCertificate(
                store, (X509Certificate) keys.getCertificate("perch"), keys.getKey("perch", PASSWORD.toCharArray()));
    }

    /** The PKCS#12 store that has both. */
    public Path store() {
        return store;
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** The certificate as a PEM file has it. */
    public String certificatePem() {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The key as a PEM file has it. */
    public String keyPem() {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    private static String pem(String kind, byte[] der) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
    }

    /** Writes both as {@code cert.pem} and {@code key.pem} into that directory, as renewal clients do: by renaming. */
    public void install(Path directory) throws IOException {
        install(directory, "key.pem", keyPem());
        install(directory, "cert.pem", certificatePem());
    }

    private static void install(Path directory, String name, String text) throws IOException {
        Path part = Files.writeString(directory.resolve(name + ".part"), text);
        Files.move(part, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** What a client needs that trusts these and nobody else. */
    public static SSLContext trust(Collection<TestCertificate> trusted) throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        for (TestCertificate one : trusted) {
            keys.setCertificateEntry(one.store.toString(), one.certificate);
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
