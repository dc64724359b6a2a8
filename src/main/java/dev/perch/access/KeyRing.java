// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The keys by which tokens are known. Each is bound to the algorithms of its kind, so a token cannot choose how it is
 * checked (RFC 8725 sections 3.1 and 3.2): a public key is never taken for a secret, and {@code none} fits no key.
 */
final class KeyRing {
    private static final int RSA_BITS = 2048;

    private final List<Key> keys;
    /** What these keys have found good, and no others; null where they are quick enough. */
    private final Remembered remembered;

    /** One key, and when it is asked. A key without an id, and a token without one, fit all. */
    private record Key(Set<JWSAlgorithm> algorithms, String id, JWSVerifier verifier) {
        boolean fits(JWSHeader header) {
            return algorithms.contains(header.getAlgorithm())
                    && (id == null || header.getKeyID() == null || id.equals(header.getKeyID()));
        }
    }

    private KeyRing(List<Key> keys, Remembered remembered) {
        this.keys = keys;
        this.remembered = remembered;
    }

    /** With these secrets for HS256, and these public keys. */
    static KeyRing of(List<Secret> secrets, JWKSet set) throws UnusableKeys {
        List<Key> keys = new ArrayList<>();
        for (Secret secret : secrets) {
            keys.add(new Key(Set.of(JWSAlgorithm.HS256), null, verifier(secret)));
        }
        for (JWK jwk : set.getKeys()) {
            if (jwk.getKeyUse() == null || jwk.getKeyUse().equals(KeyUse.SIGNATURE)) {
                Key key = key(jwk);
                if (jwk.getAlgorithm() == null || key.algorithms.contains(jwk.getAlgorithm())) {
                    keys.add(key);
                }
            }
        }
        return new KeyRing(List.copyOf(keys), keys.size() == secrets.size() ? null : new Remembered());
    }

    private static JWSVerifier verifier(Secret secret) {
        try {
            return new MACVerifier(secret.bytes());
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Key key(JWK jwk) throws UnusableKeys {
        try {
            if (jwk instanceof RSAKey rsa) {
                if (rsa.size() < RSA_BITS) {
                    throw new UnusableKeys("an RSA key has less than " + RSA_BITS + " bits");
                }
                return new Key(Set.of(JWSAlgorithm.RS256), jwk.getKeyID(), new RSASSAVerifier(rsa.toRSAPublicKey()));
            }
            if (jwk instanceof ECKey ec && ec.getCurve().equals(Curve.P_256)) {
                return new Key(Set.of(JWSAlgorithm.ES256), jwk.getKeyID(), new ECDSAVerifier(ec.toECPublicKey()));
            }
            if (jwk instanceof OctetKeyPair ed && ed.getCurve().equals(Curve.Ed25519)) {
                return new Key(Ed25519Verifier.ALGORITHMS, jwk.getKeyID(), new Ed25519Verifier(ed));
            }
        } catch (JOSEException | GeneralSecurityException e) {
            throw new UnusableKeys("a key cannot be used: " + e.getMessage());
        }
        throw new UnusableKeys(
                "a " + jwk.getKeyType() + " key is of a kind that is not taken; there may be RSA (RS256), "
                        + "P-256 (ES256) and Ed25519 (EdDSA)");
    }

    /** A set of keys as a file has it (RFC 7517 section 5). */
    static JWKSet parse(String json) throws UnusableKeys {
        try {
            return JWKSet.parse(json);
        } catch (ParseException e) {
            throw new UnusableKeys("it is not a JSON Web Key Set (RFC 7517): " + e.getMessage());
        }
    }

    /** The tokens that these keys have signed, as far as they came, or null where none are kept. */
    Remembered remembered() {
        return remembered;
    }

    /** How many keys there are. */
    int size() {
        return keys.size();
    }

    /** Whether one of the keys has signed it. */
    boolean hasSigned(JWSObject token) {
        for (Key key : keys) {
            try {
                if (key.fits(token.getHeader()) && token.verify(key.verifier)) {
                    return true;
                }
            } catch (JOSEException e) {
                // A signature that cannot even be one of this key.
            }
        }
        return false;
    }
}
