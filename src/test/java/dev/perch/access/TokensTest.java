// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.utils.ConstantTimeUtils;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.PlainJWT;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.QueueName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which tokens are accepted, and whose they are. */
final class TokensTest {
    private static final Tokens.Terms USUAL = new Tokens.Terms(false, null);
    private static final long NOW = 1_800_000_000_000L;
    private static final Clocks CLOCKS = new Clocks(() -> Instant.ofEpochMilli(NOW), () -> 0);

    @TempDir
    Path directory;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private Tokens tokens() throws Exception {
        return tokens(USUAL);
    }

    private Tokens tokens(Tokens.Terms terms) throws Exception {
        return new Tokens(
                new Keys(null, file("secret", new String(Issuer.secret(), StandardCharsets.UTF_8)), null),
                terms,
                CLOCKS);
    }

    private Tokens tokens(JWK... keys) throws Exception {
        return new Tokens(new Keys(null, null, file("jwks", new JWKSet(List.of(keys)).toString(false))), USUAL, CLOCKS);
    }

    private static Issuer alice() {
        return Issuer.known().to("alice").until(Instant.ofEpochMilli(NOW).plusSeconds(60));
    }

    private static void assertAlice(Tokens tokens, String token) throws BadToken {
        assertEquals("alice", tokens.verify(token).name());
    }

    private static void assertRefused(Tokens tokens, String token) {
        BadToken refusal = assertThrows(BadToken.class, () -> tokens.verify(token));
        assertEquals("it is not a token that this server accepts; get a new one", refusal.getMessage());
    }

    private static void assertRefused(String word, Tokens tokens, Issuer issuer) {
        BadToken refusal = assertThrows(BadToken.class, () -> tokens.verify(issuer.token()));
        assertTrue(refusal.getMessage().contains(word), refusal.getMessage());
    }

    @Test
    void aTokenSaysWhoCallsAndWhatHeMay() throws Exception {
        Caller caller = tokens().verify(alice().read("topic/news.*")
                .write("mailbox/bob", "broadcast")
                .token());
        assertEquals("alice", caller.name());
        assertTrue(caller.mayRead(QueueName.mailbox("alice")));
        assertTrue(caller.mayRead(QueueName.topic("news.today")));
        assertFalse(caller.mayRead(QueueName.mailbox("bob")));
        assertFalse(caller.mayRead(QueueName.topic("alice")));
        assertFalse(caller.mayRead(QueueName.BROADCAST));
        assertTrue(caller.mayWrite(QueueName.mailbox("bob")));
        assertTrue(caller.mayWrite(QueueName.BROADCAST));
        assertFalse(caller.mayWrite(QueueName.mailbox("alice")));
        assertTrue(caller.mayRemove(QueueName.mailbox("alice")));
        assertFalse(caller.mayRemove(QueueName.mailbox("bob")));
    }

    @Test
    void noneAndOtherAlgorithmsAreRefused() throws Exception {
        Tokens tokens = tokens();
        assertRefused(tokens, new PlainJWT(alice().claims()).serialize());
        String[] parts = alice().token().split("\\.", -1);
        for (String header : List.of(
                "{\"alg\":\"none\"}", "{\"alg\":\"None\"}", "{\"alg\":\"NONE\"}", "{}", "{\"alg\":\"HS256 \"}")) {
            String encoded = Base64URL.encode(header).toString();
            assertRefused(tokens, encoded + "." + parts[1] + ".");
            assertRefused(tokens, encoded + "." + parts[1] + "." + parts[2]);
        }
        assertRefused(tokens, parts[0] + "." + parts[1] + ".");
        byte[] longer = Arrays.copyOf(Issuer.secret(), 64);
        Tokens hs = new Tokens(new Keys(Secret.of("x".repeat(64)), null, null), USUAL, CLOCKS);
        JWSSigner signer = new MACSigner("x".repeat(64));
        assertAlice(hs, alice().token(JWSAlgorithm.HS256, signer));
        assertRefused(hs, alice().token(JWSAlgorithm.HS384, signer));
        assertRefused(hs, alice().token(JWSAlgorithm.HS512, signer));
        assertRefused(hs, alice().token(JWSAlgorithm.HS256, new MACSigner(longer)));
    }

    @Test
    void aPublicKeyIsNotASecret() throws Exception {
        RSAKey rsa = new RSAKeyGenerator(2048).keyID("k").generate();
        Tokens tokens = tokens(rsa.toPublicJWK());
        assertAlice(tokens, alice().token(JWSAlgorithm.RS256, new RSASSASigner(rsa)));
        byte[] der = rsa.toRSAPublicKey().getEncoded();
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END PUBLIC KEY-----\n";
        for (byte[] secret : List.of(
                der,
                pem.getBytes(StandardCharsets.US_ASCII),
                rsa.toPublicJWK().toJSONString().getBytes(StandardCharsets.US_ASCII),
                rsa.getModulus().decode())) {
            assertRefused(tokens, alice().token(JWSAlgorithm.HS256, new MACSigner(secret)));
        }
        assertRefused(tokens, alice().token(JWSAlgorithm.PS256, new RSASSASigner(rsa)));
        assertRefused(tokens, alice().token(JWSAlgorithm.RS512, new RSASSASigner(rsa)));
    }

    @Test
    void aTokenCannotBringItsKeyOrAskForMore() throws Exception {
        RSAKey mine = new RSAKeyGenerator(2048).keyID("mine").generate();
        Tokens tokens =
                tokens(new RSAKeyGenerator(2048).keyID("theirs").generate().toPublicJWK());
        JWSHeader bringing = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .jwk(mine.toPublicJWK())
                .build();
        assertRefused(tokens, alice().token(bringing, new RSASSASigner(mine)));
        JWSHeader asking = new JWSHeader.Builder(JWSAlgorithm.HS256)
                .criticalParams(Set.of("exp"))
                .customParam("exp", 1)
                .build();
        assertRefused(tokens(), alice().token(asking, new MACSigner(Issuer.secret())));
        JWSHeader typed = new JWSHeader.Builder(JWSAlgorithm.HS256)
                .type(new JOSEObjectType("at+jwt"))
                .keyID("any")
                .build();
        assertAlice(tokens(), alice().token(typed, new MACSigner(Issuer.secret())));
    }

    @Test
    void publicKeysOfThreeKindsAreTaken() throws Exception {
        RSAKey rsa =
                new RSAKeyGenerator(2048).keyID("r").keyUse(KeyUse.SIGNATURE).generate();
        ECKey ec = new ECKeyGenerator(Curve.P_256)
                .keyID("e")
                .algorithm(JWSAlgorithm.ES256)
                .generate();
        KeyPair ed = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] encoded = ed.getPublic().getEncoded();
        Base64URL x = Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
        OctetKeyPair okp = new OctetKeyPair.Builder(Curve.Ed25519, x).keyID("d").build();
        Tokens tokens = tokens(rsa.toPublicJWK(), ec.toPublicJWK(), okp);
        assertTrue(ed.getPublic() instanceof EdECPublicKey);

        assertAlice(tokens, alice().token(JWSAlgorithm.RS256, new RSASSASigner(rsa)));
        assertAlice(tokens, alice().token(JWSAlgorithm.ES256, new ECDSASigner(ec)));
        for (String algorithm : List.of("EdDSA", "Ed25519")) {
            String signed = Base64URL.encode("{\"alg\":\"" + algorithm + "\",\"kid\":\"d\"}") + "."
                    + Base64URL.encode(alice().claims().toString());
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(ed.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            assertAlice(tokens, signed + "." + Base64URL.encode(signature.sign()));
            assertRefused(tokens, signed + "0." + Base64URL.encode(signature.sign()));
        }
        // All zeros, which some have taken for anybody's signature (CVE-2022-21449).
        String[] parts = alice().token(JWSAlgorithm.ES256, new ECDSASigner(ec)).split("\\.", -1);
        assertRefused(tokens, parts[0] + "." + parts[1] + "." + Base64URL.encode(new byte[64]));
        JWSHeader other = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("e").build();
        assertRefused(tokens, alice().token(other, new RSASSASigner(rsa)));
        assertRefused(
                tokens, alice().token(JWSAlgorithm.RS256, new RSASSASigner(new RSAKeyGenerator(2048).generate())));
    }

    @Test
    void keysThatAreNotSafeOrNotKnownAreRefused() throws Exception {
        JWK small = new RSAKeyGenerator(1024, true).generate().toPublicJWK();
        assertTrue(assertThrows(UnusableKeys.class, () -> tokens(small))
                .getMessage()
                .contains("2048"));
        JWK curve = new ECKeyGenerator(Curve.P_384).generate().toPublicJWK();
        assertThrows(UnusableKeys.class, () -> tokens(curve));
        OctetSequenceKey secret = new OctetSequenceKey.Builder(Issuer.secret()).build();
        assertThrows(UnusableKeys.class, () -> new Keys(null, null, file("oct", new JWKSet(secret).toString(false))));
        JWK sealing =
                new RSAKeyGenerator(2048).keyUse(KeyUse.ENCRYPTION).generate().toPublicJWK();
        assertThrows(UnusableKeys.class, () -> tokens(sealing));
        for (String text : List.of("", "[]", "{}", "{\"keys\":[]}", "{\"keys\":[{\"kty\":\"RSA\"}]}", "no")) {
            assertThrows(UnusableKeys.class, () -> new Keys(null, null, file("bad", text)), text);
        }
        assertThrows(UnusableKeys.class, () -> Secret.of("x".repeat(31)));
        assertThrows(UnusableKeys.class, () -> new Keys(null, file("three", ("x".repeat(32) + "\n").repeat(3)), null));
        assertThrows(UnusableKeys.class, () -> new Keys(null, file("none", "\n\n"), null));
        String away = assertThrows(UnusableKeys.class, () -> new Keys(null, directory.resolve("away"), null))
                .getMessage();
        assertEquals(directory.resolve("away") + ": there is no such file", away);
    }

    @Test
    void timesCountWithThirtySecondsOfGrace() throws Exception {
        Instant now = Instant.ofEpochMilli(NOW);
        assertAlice(tokens(), alice().until(now.minusSeconds(29)).token());
        assertRefused("expired", tokens(), alice().until(now.minusSeconds(30)));
        assertRefused("expired", tokens(), alice().until(Instant.EPOCH));
        assertAlice(tokens(), alice().claim("nbf", NOW / 1000 + 30).token());
        assertRefused("not valid yet", tokens(), alice().claim("nbf", NOW / 1000 + 31));
        assertFalse(tokens().verify(alice().until(now).token()).isOver(NOW + 29_999));
        assertTrue(tokens().verify(alice().until(now).token()).isOver(NOW + 30_000));
    }

    @Test
    void aTokenWithoutAnEndNeedsToBeAllowed() throws Exception {
        assertRefused("--allow-unlimited-tokens", tokens(), alice().until(null));
        Caller caller =
                tokens(new Tokens.Terms(true, null)).verify(alice().until(null).token());
        assertFalse(caller.isOver(Long.MAX_VALUE - 1));
        assertEquals(Long.MAX_VALUE, caller.within(Long.MAX_VALUE, NOW));
        Caller late = tokens().verify(alice().claim("exp", 9_000_000_000_000L).token());
        assertEquals(
                Duration.ofHours(1).toNanos(), late.within(Duration.ofHours(1).toNanos(), NOW));
    }

    @Test
    void aWaitEndsWithItsToken() throws Exception {
        Caller caller = tokens().verify(alice().token());
        long hour = Duration.ofHours(1).toNanos();
        assertEquals(Duration.ofSeconds(90).toNanos(), caller.within(hour, NOW));
        assertEquals(5, caller.within(5, NOW));
        assertEquals(0, caller.within(hour, NOW + 90_000));
        assertEquals(0, caller.within(hour, NOW + 1_000_000));
        assertEquals(hour, Caller.ANYBODY.within(hour, NOW));
    }

    @Test
    void whomATokenIsForCounts() throws Exception {
        assertRefused("aud", tokens(), alice().claim("aud", "shop"));
        Tokens perch = tokens(new Tokens.Terms(false, "perch"));
        assertAlice(perch, alice().claim("aud", "perch").token());
        assertAlice(perch, alice().claim("aud", List.of("shop", "perch")).token());
        assertRefused("aud", perch, alice().claim("aud", "shop"));
        assertRefused("aud", perch, alice());
    }

    @Test
    void claimsThatMakeNoSenseAreRefused() throws Exception {
        Tokens tokens = tokens();
        for (Object wrong : List.of(
                "topic/news",
                1,
                true,
                List.of(1),
                List.of("news"),
                List.of("topic/"),
                List.of("topic/a*b"),
                List.of("mailbox/a/b"),
                List.of("TOPIC/a"),
                List.of("**"),
                List.of(""),
                Map.of("a", "b"),
                List.of("topic/a b"))) {
            assertRefused("read must be a list", tokens, alice().claim("read", wrong));
            assertRefused("write must be a list", tokens, alice().claim("write", wrong));
        }
        for (String name : List.of("", "..", "_ready", "a b", "J\u00fcrgen", "a/b", "x".repeat(129))) {
            assertRefused("sub must be a name", tokens, alice().to(name));
        }
        assertNull(tokens.verify(alice().to(null).token()).name());
        assertRefused(tokens, alice().claim("exp", "soon").token());
    }

    @Test
    void whatIsTooLargeOrNoTokenIsRefusedAtOnce() throws Exception {
        Tokens tokens = tokens();
        String[] many = new String[500];
        Arrays.fill(many, "topic/a-topic-with-a-name");
        BadToken refusal = assertThrows(
                BadToken.class, () -> tokens.verify(alice().read(many).token()));
        assertEquals("a token has at most 8192 characters", refusal.getMessage());
        String deep = Base64URL.encode("{\"alg\":" + "[".repeat(4000)).toString();
        String wide = Base64URL.encode("{\"alg\":\"HS256\",\"a\":" + "{\"a\":".repeat(800) + "1" + "}".repeat(801))
                .toString();
        for (String text : List.of(
                "",
                ".",
                "..",
                "...",
                "a.b.c",
                "\u00e9.\u00e9.\u00e9",
                "%00",
                deep + ".e30.eA",
                wide + ".e30.eA",
                "x".repeat(8192),
                ".".repeat(8192),
                "a.b.c.d.e",
                alice().token() + ".x",
                alice().token() + "=",
                " ")) {
            assertRefused(tokens, text);
        }
    }

    @Test
    void everyBitOfASignatureCounts() throws Exception {
        Tokens tokens = tokens();
        String token = alice().token();
        int start = token.lastIndexOf('.') + 1;
        byte[] signature = Base64.getUrlDecoder().decode(token.substring(start));
        for (int bit = 0; bit < signature.length * 8; bit++) {
            byte[] other = signature.clone();
            other[bit / 8] ^= (byte) (1 << bit % 8);
            assertRefused(tokens, token.substring(0, start) + Base64URL.encode(other));
        }
        assertRefused(tokens, token.substring(0, start) + Base64URL.encode(Arrays.copyOf(signature, 16)));
    }

    @Test
    void keysAreChangedWhileTheServerRuns() throws Exception {
        Path secrets = file("secrets", "x".repeat(40));
        Keys keys = new Keys(null, secrets, null);
        Tokens tokens = new Tokens(keys, USUAL, CLOCKS);
        String first = alice(Issuer.with("x".repeat(40)));
        String second = alice(Issuer.with("y".repeat(40)));
        assertAlice(tokens, first);
        assertRefused(tokens, second);
        Files.writeString(secrets, "y".repeat(40) + "\n" + "x".repeat(40) + "\n");
        tokens.reload();
        assertAlice(tokens, first);
        assertAlice(tokens, second);
        for (String bad : List.of("short", "", "z".repeat(40) + "\nshort")) {
            Files.writeString(secrets, bad);
            tokens.reload();
            assertAlice(tokens, second);
        }
        Files.delete(secrets);
        tokens.reload();
        assertAlice(tokens, first);
        Files.writeString(secrets, "y".repeat(40));
        tokens.reload();
        assertRefused(tokens, first);
        assertAlice(tokens, second);
    }

    private static String alice(Issuer issuer) {
        return issuer.to("alice")
                .until(Instant.ofEpochMilli(NOW).plusSeconds(60))
                .token();
    }

    @Test
    void aKeySetIsChangedWhileTheServerRuns() throws Exception {
        RSAKey old = new RSAKeyGenerator(2048).keyID("old").generate();
        RSAKey young = new RSAKeyGenerator(2048).keyID("young").generate();
        Path set = file("set", new JWKSet(old.toPublicJWK()).toString());
        Tokens tokens = new Tokens(new Keys(null, null, set), USUAL, CLOCKS);
        String first = alice().token(JWSAlgorithm.RS256, new RSASSASigner(old));
        String second = alice().token(JWSAlgorithm.RS256, new RSASSASigner(young));
        assertAlice(tokens, first);
        assertRefused(tokens, second);
        Files.writeString(set, new JWKSet(List.of(old.toPublicJWK(), young.toPublicJWK())).toString());
        tokens.reload();
        assertAlice(tokens, first);
        assertAlice(tokens, second);
        Files.writeString(set, new JWKSet(young.toPublicJWK()).toString());
        tokens.reload();
        assertRefused(tokens, first);
        assertAlice(tokens, second);
    }

    @Test
    void aTokenThatIsRememberedEndsAllTheSame() throws Exception {
        RSAKey rsa = new RSAKeyGenerator(2048).keyID("k").generate();
        AtomicLong millis = new AtomicLong(NOW);
        Clocks clocks = new Clocks(() -> Instant.ofEpochMilli(millis.get()), () -> 0);
        Keys keys = new Keys(null, null, file("jwks", new JWKSet(rsa.toPublicJWK()).toString()));
        Tokens tokens = new Tokens(keys, USUAL, clocks);
        String token = alice().token(JWSAlgorithm.RS256, new RSASSASigner(rsa));
        Caller caller = tokens.verify(token);
        assertSame(caller, tokens.verify(token));
        String bad = alice().token(JWSAlgorithm.RS256, new RSASSASigner(new RSAKeyGenerator(2048).generate()));
        assertRefused(tokens, bad);
        assertRefused(tokens, bad);
        assertEquals(1, keys.ring().remembered().size(), "only what is good");
        millis.set(NOW + 90_000);
        assertThrows(BadToken.class, () -> tokens.verify(token));
        assertThrows(BadToken.class, () -> tokens.verify(token));
    }

    @Test
    void onlySoManyTokensAreRemembered() {
        Remembered remembered = new Remembered();
        for (int i = 0; i < 10_001; i++) {
            remembered.put(Remembered.hash("token " + i), Caller.ANYBODY);
            remembered.get(Remembered.hash("token 0"));
        }
        assertEquals(10_000, remembered.size());
        assertSame(Caller.ANYBODY, remembered.get(Remembered.hash("token 0")), "asked for last");
        assertNull(remembered.get(Remembered.hash("token 1")));
    }

    @Test
    void withoutKeysEverybodyMayCall() throws Exception {
        Tokens none = new Tokens(new Keys(null, null, null), USUAL, CLOCKS);
        assertFalse(none.areNeeded());
        assertSame(Caller.ANYBODY, none.caller(null));
        assertThrows(IllegalStateException.class, () -> tokens().caller(null), "nobody comes past the gate");
    }

    @Test
    void aMintedTokenIsAccepted() throws Exception {
        Secret secret = Secret.of(new String(Issuer.secret(), StandardCharsets.UTF_8));
        Instant now = Instant.ofEpochMilli(NOW);
        String token =
                new Mint(secret).token("alice", List.of("topic/*"), List.of("*"), now, Duration.ofMinutes(1), null);
        Caller caller = tokens().verify(token);
        assertEquals("alice", caller.name());
        assertTrue(caller.mayRead(QueueName.topic("any")) && caller.mayWrite(QueueName.mailbox("any")));
        assertFalse(caller.isOver(NOW + 89_999));
        assertTrue(caller.isOver(NOW + 90_000));
        assertEquals("a secret", secret.toString());
    }

    @Test
    void secretsAreComparedInConstantTime() {
        assertTrue(new ClassFileImporter()
                .importClasses(MACVerifier.class).get(MACVerifier.class).getMethodCallsFromSelf().stream()
                        .anyMatch(call -> call.getTargetOwner().isEquivalentTo(ConstantTimeUtils.class)));
    }
}
