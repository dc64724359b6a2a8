// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.access.Keys;
import dev.perch.access.Proxies;
import dev.perch.access.Secret;
import dev.perch.access.Tokens;
import dev.perch.access.UnusableKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Who may use the server. */
final class AccessOptions implements OptionGroup {
    /** The variable with a secret. There is no option of that name, since everybody on a machine sees the options. */
    static final String VARIABLE = "PERCH_SECRET";

    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            description =
                    "ask for tokens that are signed with the secret in the first line of the file, of 32 bytes or "
                            + "more, or with the one in the second line, which was before. Read again when it changes. Or set "
                            + "PERCH_SECRET to a secret. Default: none")
    Path secretFile;

    @Option(
            names = "--jwks",
            paramLabel = "FILE",
            description = "ask for tokens that are signed with one of these keys: a JSON Web Key Set, for RS256, ES256 "
                    + "or EdDSA. Read again when it changes. Default: none")
    Path jwks;

    @Option(
            names = "--audience",
            paramLabel = "WORD",
            description = "what aud in a token has to name. Default: none, and tokens for an audience are refused")
    String audience;

    @Option(
            names = "--allow-unlimited-tokens",
            paramLabel = "true|false",
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "false",
            description = "accept tokens without exp. Default: ${DEFAULT-VALUE}, since nothing ends such a token but "
                    + "another key")
    boolean allowUnlimitedTokens;

    @Option(
            names = "--open",
            paramLabel = "true|false",
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "false",
            description = "let everybody who reaches the server read and publish everything, under any name of the "
                    + "machine and from other machines, too. Default: ${DEFAULT-VALUE}")
    boolean open;

    @Option(
            names = "--trusted-proxy",
            paramLabel = "ADDRESS",
            split = ",",
            description =
                    "a proxy in front of the server, or a range of them like 10.0.0.0/8, which is believed when it "
                            + "says in Forwarded or X-Forwarded-For for whom it asks. Can be repeated. Default: none")
    List<String> trustedProxy = new ArrayList<>();

    /** The secret in the environment, or null. */
    private String secret;

    /** Takes the secret from the environment; null if there is none. One that is empty is refused as too short. */
    void secret(String value) {
        secret = value;
    }

    /** Whether tokens are asked for. */
    boolean asksForTokens() {
        return canSign() || jwks != null;
    }

    /** Whether there is a secret to sign tokens with. */
    boolean canSign() {
        return secret != null || secretFile != null;
    }

    /** The keys as they are now. */
    Keys keys() throws UnusableKeys {
        return new Keys(fromEnvironment(), secretFile, jwks);
    }

    /** The secret that tokens are signed with. */
    Secret signing() throws UnusableKeys {
        return Keys.signing(fromEnvironment(), secretFile);
    }

    private Secret fromEnvironment() throws UnusableKeys {
        try {
            return secret == null ? null : Secret.of(secret);
        } catch (UnusableKeys e) {
            throw new UnusableKeys(VARIABLE + ": " + e.getMessage());
        }
    }

    Tokens.Terms terms() {
        return new Tokens.Terms(allowUnlimitedTokens, audience);
    }

    /** The proxies that are believed. */
    Proxies proxies() {
        return new Proxies(trustedProxy);
    }

    @Override
    public String mistake() {
        if (secret != null && secretFile != null) {
            return "set PERCH_SECRET or --secret-file, not both";
        }
        for (String proxy : trustedProxy) {
            if (!Proxies.isRange(proxy)) {
                return "--trusted-proxy must be an address or a range like 10.0.0.0/8, not " + proxy;
            }
        }
        try {
            keys();
            return null;
        } catch (UnusableKeys e) {
            return e.getMessage();
        }
    }
}
