// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.QueueName;
import java.nio.ByteBuffer;
import java.text.ParseException;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Makes callers of tokens: JSON Web Tokens (RFC 7519) that one of the keys has signed, checked as RFC 8725 advises. Any
 * thread may use it.
 *
 * <pre>
 * sub     the caller's name: its mailbox, and the sender of what it publishes
 * read    what it may read besides, a list of {@link Grants}; may be absent
 * write   where it may publish, likewise
 * exp     when it is over, in seconds since 1970; nbf when it begins; both with a leeway of 30 seconds
 * aud     who is to accept it: the configured audience, if there is any
 * </pre>
 */
public final class Tokens {
    /** So far clocks may differ (RFC 7519 section 4.1.4). */
    static final long LEEWAY_MILLIS = TimeUnit.SECONDS.toMillis(30);

    /** More characters than any sensible token has; it is not even taken apart. */
    static final int LONGEST = 8192;

    /** The compact form (RFC 7515 section 3.1), without what some decoders overlook. */
    private static final Pattern FORM = Pattern.compile("[\\w-]+\\.[\\w-]+\\.[\\w-]+");

    private final Keys keys;
    private final Clocks clocks;
    private final Terms terms;

    /**
     * What a token has to say besides being signed.
     *
     * @param unlimited whether it may go without an end
     * @param audience whom it has to be meant for, or null
     */
    public record Terms(boolean unlimited, String audience) {}

    /** Those that were signed with one of the keys. Where there are none, no tokens are asked for. */
    public Tokens(Keys keys, Terms terms, Clocks clocks) {
        this.keys = keys;
        this.terms = terms;
        this.clocks = clocks;
    }

    /** Whether every request needs one. */
    public boolean areNeeded() {
        return !keys.isEmpty();
    }

    /** Looks whether the keys have changed; to be called every few seconds, by one thread. */
    public void reload() {
        keys.reload();
    }

    /**
     * The caller of a request: the one that was found when it came in, or anybody where no tokens are asked for.
     *
     * @param attribute what lies in the request under {@link Caller#ATTRIBUTE}
     */
    public Caller caller(Object attribute) {
        if (attribute instanceof Caller caller) {
            return caller;
        }
        if (areNeeded()) {
            throw new IllegalStateException("a request came past the gate");
        }
        return Caller.ANYBODY;
    }

    /** Whose token it is. */
    public Caller verify(String token) throws BadToken {
        if (token.length() > LONGEST) {
            throw new BadToken("a token has at most " + LONGEST + " characters");
        }
        KeyRing ring = keys.ring();
        Remembered remembered = ring.remembered();
        if (remembered == null) {
            return caller(claims(token, ring));
        }
        ByteBuffer hash = Remembered.hash(token);
        Caller known = remembered.get(hash);
        if (known != null && !known.isOver(clocks.millis())) {
            return known;
        }
        Caller caller = caller(claims(token, ring));
        remembered.put(hash, caller);
        return caller;
    }

    private static JWTClaimsSet claims(String token, KeyRing ring) throws BadToken {
        try {
            JWSObject signed = FORM.matcher(token).matches() ? JWSObject.parse(token) : null;
            // Extensions that have to be understood (RFC 7515 section 4.1.11); none is.
            if (signed != null && signed.getHeader().getCriticalParams() == null && ring.hasSigned(signed)) {
                return JWTClaimsSet.parse(signed.getPayload().toJSONObject());
            }
        } catch (ParseException | IllegalArgumentException | StackOverflowError e) {
            // Whatever it is, it is none of ours; what is wrong with it is told to nobody.
        }
        throw new BadToken("it is not a token that this server accepts; get a new one");
    }

    private Caller caller(JWTClaimsSet claims) throws BadToken {
        long now = clocks.millis();
        long until = until(claims.getExpirationTime());
        if (now >= until) {
            throw new BadToken("the token has expired; get a new one");
        }
        Date from = claims.getNotBeforeTime();
        if (from != null && now < from.toInstant().toEpochMilli() - LEEWAY_MILLIS) {
            throw new BadToken("the token is not valid yet; look at nbf in it, and at the clocks");
        }
        List<String> audience = claims.getAudience();
        if (terms.audience == null ? !audience.isEmpty() : !audience.contains(terms.audience)) {
            throw new BadToken("the token is meant for others; look at aud in it, and at --audience");
        }
        String name = claims.getSubject();
        if (name != null && (!QueueName.isName(name) || QueueName.isReserved(name))) {
            throw new BadToken(
                    "sub must be a name, of 1 to 128 characters of A-Z a-z 0-9 . _ ~ @ : - and no _ in front");
        }
        return new Caller(name, grants(claims, "read"), grants(claims, "write"), until);
    }

    private long until(Date expires) throws BadToken {
        if (expires != null) {
            return expires.toInstant().toEpochMilli() + LEEWAY_MILLIS;
        }
        if (terms.unlimited) {
            return Long.MAX_VALUE;
        }
        throw new BadToken(
                "the token has no exp; get one that ends, or start the server with --allow-unlimited-tokens");
    }

    private static Grants grants(JWTClaimsSet claims, String claim) throws BadToken {
        if (claims.getClaim(claim) == null) {
            return Grants.NONE;
        }
        List<String> texts = null;
        try {
            texts = claims.getStringListClaim(claim);
        } catch (ParseException e) {
            // Told below.
        }
        if (texts == null || !texts.stream().allMatch(text -> text != null && Grants.isGrant(text))) {
            throw new BadToken(claim + " must be a list of mailbox/{name}, topic/{name}, broadcast and *,"
                    + " where a name may end in *");
        }
        return new Grants(texts);
    }
}
