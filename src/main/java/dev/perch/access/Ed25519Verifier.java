// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/**
 * Checks EdDSA signatures with Ed25519 (RFC 8037), by what Java has for it. The library's own class would need a
 * further one of 2 MB.
 */
final class Ed25519Verifier extends BaseJWSProvider implements JWSVerifier {
    /** By its old name and by that of RFC 9864. */
    static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519);

    private static final int KEY_BYTES = 32;
    /** What stands before the bytes of a key in its X.509 form (RFC 8410 section 4). */
    private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    private final PublicKey key;

    Ed25519Verifier(OctetKeyPair jwk) throws GeneralSecurityException {
        super(ALGORITHMS);
        byte[] point = jwk.getDecodedX();
        if (point.length != KEY_BYTES) {
            throw new GeneralSecurityException("a key of Ed25519 has " + KEY_BYTES + " bytes");
        }
        byte[] encoded = Arrays.copyOf(X509, X509.length + KEY_BYTES);
        System.arraycopy(point, 0, encoded, X509.length, KEY_BYTES);
        key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    }

    @Override
    public boolean verify(JWSHeader header, byte[] signed, Base64URL signature) throws JOSEException {
        try {
            Signature check = Signature.getInstance("Ed25519");
            check.initVerify(key);
            check.update(signed);
            return check.verify(signature.decode());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
