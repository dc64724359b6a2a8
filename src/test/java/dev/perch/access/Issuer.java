// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** Whoever hands out tokens: a site with a secret. The tokens say what a test wants them to say. */
public final class Issuer {
    private static final String SECRET = "a secret that only the tests know, of 48 bytes...";

    private final String secret;
    private final JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder();

    private Issuer(String secret) {
        this.secret = secret;
    }

    /** One whose secret the server has. */
    public static Issuer known() {
        return new Issuer(SECRET).lasting(Duration.ofHours(1));
    }

    /** One whose secret is another. */
    public static Issuer unknown() {
        return new Issuer(SECRET.replace('a', 'b')).lasting(Duration.ofHours(1));
    }

    /** One with that secret. */
    public static Issuer with(String secret) {
        return new Issuer(secret).lasting(Duration.ofHours(1));
    }

    /** The option that lets a server know the secret, in a file in that directory. */
    public static String option(Path directory) {
        try {
            return "--secret-file=" + Files.writeString(directory.resolve("secret"), SECRET + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] secret() {
        return SECRET.getBytes(StandardCharsets.UTF_8);
    }

    public Issuer to(String subject) {
        claims.subject(subject);
        return this;
    }

    public Issuer read(String... grants) {
        return claim("read", List.of(grants));
    }

    public Issuer write(String... grants) {
        return claim("write", List.of(grants));
    }

    public Issuer claim(String name, Object value) {
        claims.claim(name, value);
        return this;
    }

    /** It is over that much later than now, which may be before. */
    public Issuer lasting(Duration life) {
        return until(Instant.now().plus(life));
    }

    public Issuer until(Instant end) {
        claims.expirationTime(end == null ? null : Date.from(end));
        return this;
    }

    /** It begins that much later than now. */
    public Issuer from(Duration later) {
        claims.notBeforeTime(Date.from(Instant.now().plus(later)));
        return this;
    }

    public String token() {
        try {
            return token(JWSAlgorithm.HS256, new MACSigner(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The field of a header that carries the token. */
    public String field() {
        return "Authorization: Bearer " + token();
    }

    String token(JWSAlgorithm algorithm, JWSSigner signer) {
        return token(new JWSHeader(algorithm), signer);
    }

    String token(JWSHeader header, JWSSigner signer) {
        try {
            SignedJWT token = new SignedJWT(header, claims.build());
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    JWTClaimsSet claims() {
        return claims.build();
    }
}
