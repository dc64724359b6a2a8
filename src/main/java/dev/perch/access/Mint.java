// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** Makes tokens that are signed with a secret (HS256). */
public final class Mint {
    private final Secret secret;

    /** With that secret. */
    public Mint(Secret secret) {
        this.secret = secret;
    }

    /**
     * A token.
     *
     * @param subject the name of its holder, or null
     * @param read what it may read besides its mailbox: {@link Grants}
     * @param write where it may publish: {@link Grants}
     * @param now when it is made
     * @param life how long it is good, or null for ever
     * @param audience whom it is meant for, or null
     */
    public String token(
            String subject, List<String> read, List<String> write, Instant now, Duration life, String audience) {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder().issueTime(Date.from(now));
        if (subject != null) {
            claims.subject(subject);
        }
        if (!read.isEmpty()) {
            claims.claim("read", read);
        }
        if (!write.isEmpty()) {
            claims.claim("write", write);
        }
        if (life != null) {
            claims.expirationTime(Date.from(now.plus(life)));
        }
        if (audience != null) {
            claims.audience(audience);
        }
        SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims.build());
        try {
            token.sign(new MACSigner(secret.bytes()));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return token.serialize();
    }
}
