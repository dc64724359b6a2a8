// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate and its key as OpenSSL and the clients of Let's Encrypt write them: text with blocks in base64 (RFC
 * 7468).
 *
 * @param cert the server's own certificate first, then those that lead to one that clients know
 * @param key its private key, a block {@code PRIVATE KEY} (PKCS#8, RFC 5958), not encrypted; other blocks are left
 *     aside, so it may be the same file
 */
public record PemFiles(Path cert, Path key) implements Credentials {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    /** What keys are called that have another form, or are encrypted. */
    private static final Pattern OTHER_KEY = Pattern.compile("-----BEGIN [A-Z ]+ PRIVATE KEY-----");

    /** The algorithm of a key, and one to sign with it. */
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

    /** Protects nothing: the store that has it is in memory, beside it. */
    private static final String PASSWORD = "memory";

    @Override
    public List<Path> files() {
        return List.of(cert, key);
    }

    @Override
    public Keys load() throws CertificateException {
        Certificate[] chain = chain();
        PrivateKey secret = secret(chain[0].getPublicKey());
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("perch", secret, PASSWORD.toCharArray(), chain);
            return new Keys(store, PASSWORD);
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException(cert + " cannot be used: " + e.getMessage(), e);
        }
    }

    private Certificate[] chain() throws CertificateException {
        List<Certificate> chain = new ArrayList<>();
        for (byte[] block : blocks(cert, "CERTIFICATE")) {
            try {
                chain.add(CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(block)));
            } catch (CertificateException e) {
                throw new CertificateException(
                        cert + " has a certificate that cannot be read: openssl x509 -text -noout -in " + cert
                                + " says more",
                        e);
            }
        }
        if (chain.isEmpty()) {
            throw new CertificateException(
                    cert + " has no certificate: a file in PEM form has -----BEGIN CERTIFICATE-----");
        }
        return chain.toArray(Certificate[]::new);
    }

    private PrivateKey secret(PublicKey owner) throws CertificateException {
        String algorithm = owner.getAlgorithm();
        String signature = SIGNATURES.get(algorithm.startsWith("Ed") ? "EdDSA" : algorithm);
        List<byte[]> blocks = blocks(key, "PRIVATE KEY");
        if (blocks.isEmpty()) {
            throw new CertificateException(noKey());
        }
        if (signature == null) {
            throw new CertificateException(cert + " is for a key of the kind " + algorithm + "; use RSA or EC");
        }
        try {
            PrivateKey secret =
                    KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(blocks.get(0)));
            if (belongs(secret, owner, signature)) {
                return secret;
            }
        } catch (GeneralSecurityException e) {
            throw new CertificateException(doesNotBelong(), e);
        }
        throw new CertificateException(doesNotBelong());
    }

    private String noKey() throws CertificateException {
        if (OTHER_KEY.matcher(text(key)).find()) {
            return key
                    + " has its key in another form, or encrypted; convert it with: openssl pkcs8 -topk8 -nocrypt -in "
                    + key + " -out key.pem";
        }
        return key + " has no private key: a file in PEM form has -----BEGIN PRIVATE KEY-----";
    }

    private String doesNotBelong() {
        return "the key in " + key + " does not belong to the first certificate in " + cert;
    }

    private static boolean belongs(PrivateKey secret, PublicKey owner, String algorithm)
            throws GeneralSecurityException {
        byte[] text = "any text".getBytes(StandardCharsets.US_ASCII);
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(secret);
        signature.update(text);
        byte[] signed = signature.sign();
        signature.initVerify(owner);
        signature.update(text);
        return signature.verify(signed);
    }

    private static List<byte[]> blocks(Path file, String kind) throws CertificateException {
        List<byte[]> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(text(file));
        while (block.find()) {
            if (block.group(1).equals(kind)) {
                try {
                    blocks.add(Base64.getMimeDecoder().decode(block.group(2)));
                } catch (IllegalArgumentException e) {
                    throw new CertificateException(file + " has a block " + kind + " that is not base64", e);
                }
            }
        }
        return blocks;
    }

    private static String text(Path file) throws CertificateException {
        try {
            byte[] bytes = Files.readAllBytes(file);
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            Arrays.fill(bytes, (byte) 0);
            return text;
        } catch (IOException e) {
            throw new CertificateException(StoreFile.unreadable(file, e), e);
        }
    }
}
