// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of a certificate: what is read, what is refused, and what happens when they change. */
final class TlsTest {
    @TempDir
    static Path made;

    private static TestCertificate first;
    private static TestCertificate second;

    @TempDir
    Path directory;

    @BeforeAll
    static void make() throws Exception {
        first = TestCertificate.make(made, "EC");
        second = TestCertificate.make(made, "RSA");
    }

    private PemFiles pem() {
        return new PemFiles(directory.resolve("cert.pem"), directory.resolve("key.pem"));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private static void assertUses(TestCertificate certificate, Tls tls) throws GeneralSecurityException {
        assertEquals(
                certificate.certificate(),
                tls.context().getKeyStore().getCertificate("perch"),
                "the certificate in use");
    }

    private static void refused(Credentials credentials, String... words) {
        String said = assertThrows(CertificateException.class, () -> new Tls(credentials))
                .getMessage();
        for (String word : words) {
            assertTrue(said.contains(word), said);
        }
        assertFalse(said.contains("\n"), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void aCertificateOfEachUsualKindIsRead(String algorithm) throws Exception {
        TestCertificate certificate = TestCertificate.make(made, algorithm);
        certificate.install(directory);
        assertUses(certificate, new Tls(pem()));
        new Tls(new StoreFile(certificate.store(), TestCertificate.PASSWORD));
    }

    @Test
    void oneFileMayHoldCertificatesKeyAndRemarks() throws Exception {
        write(
                "all.pem",
                "Bag Attributes\n    friendlyName: perch\r\n" + first.keyPem().replace("\n", "\r\n")
                        + "subject=CN = localhost\n" + first.certificatePem() + second.certificatePem());
        Path all = directory.resolve("all.pem");
        Tls tls = new Tls(new PemFiles(all, all));
        assertUses(first, tls);
        assertEquals(2, tls.context().getKeyStore().getCertificateChain("perch").length);
    }

    @Test
    void whatCannotBeUsedIsRefusedWithWhatToDo() throws IOException {
        refused(pem(), "cert.pem", "there is no such file");
        write("cert.pem", first.certificatePem());
        refused(pem(), "key.pem", "there is no such file");
        write("key.pem", "");
        refused(pem(), "key.pem has no private key");
        write("key.pem", second.keyPem());
        refused(pem(), "does not belong");
        write("key.pem", first.keyPem().replace("PRIVATE", "EC PRIVATE"));
        refused(pem(), "openssl pkcs8 -topk8 -nocrypt -in " + directory.resolve("key.pem"));
        write("key.pem", first.keyPem().replace("PRIVATE", "ENCRYPTED PRIVATE"));
        refused(pem(), "openssl pkcs8 -topk8 -nocrypt");
        write("key.pem", first.keyPem().replace("-----END", "A-----END"));
        refused(pem(), "key.pem");
        write("key.pem", first.keyPem());
        write("cert.pem", first.keyPem());
        refused(pem(), "cert.pem has no certificate");
        write("cert.pem", first.certificatePem().replaceFirst("MI.", "MIx"));
        refused(pem(), "openssl x509 -text");
        write("cert.pem", first.certificatePem().substring(0, 300));
        refused(pem(), "cert.pem has no certificate");
    }

    @Test
    void aStoreThatCannotBeUsedIsRefusedAndItsPasswordIsNotSaid() throws IOException {
        refused(new StoreFile(first.store(), "wrong-secret"), "PERCH_TLS_PASSWORD", "store.p12");
        refused(new StoreFile(directory.resolve("none.p12"), "x"), "there is no such file");
        write("cert.pem", first.certificatePem());
        refused(new StoreFile(directory.resolve("cert.pem"), "x"), "no PKCS#12 store");
        assertFalse(new StoreFile(first.store(), "secret").toString().contains("secret"));
    }

    @Test
    void aNewPairIsTakenWhenItsFilesHaveStayedTheSameForOneLook() throws Exception {
        first.install(directory);
        Tls tls = new Tls(pem());
        tls.refresh();
        tls.refresh();
        assertUses(first, tls);
        write("cert.pem", second.certificatePem());
        tls.refresh();
        write("key.pem", second.keyPem());
        tls.refresh();
        assertUses(first, tls);
        tls.refresh();
        assertUses(second, tls);
        first.install(directory);
        tls.refresh();
        tls.refresh();
        assertUses(first, tls);
    }

    @Test
    void aNewPairThatCannotBeUsedLeavesTheOldOneUntilItCan() throws Exception {
        first.install(directory);
        Tls tls = new Tls(pem());
        tls.context().start();
        write("cert.pem", second.certificatePem());
        tls.refresh();
        tls.refresh();
        assertUses(first, tls);
        Files.delete(directory.resolve("key.pem"));
        tls.refresh();
        tls.refresh();
        assertUses(first, tls);
        write("key.pem", second.keyPem());
        tls.refresh();
        tls.refresh();
        assertUses(second, tls);
        assertEquals(second.certificate(), tls.context().getX509("perch").getCertificate());
        tls.context().stop();
    }
}
