// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.access.Caller;
import dev.perch.access.Keys;
import dev.perch.access.Secret;
import dev.perch.access.Tokens;
import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.QueueName;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may use the server, as it is said on the command line and in the environment. */
final class AccessOptionsTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final Map<String, String> SECRETIVE = Map.of("PERCH_SECRET", SECRET);

    @TempDir
    Path directory;

    private record Outcome(int status, String out, String err) {
        void assertMistake(String sentence) {
            assertEquals(2, status, this::toString);
            assertEquals("", out);
            assertEquals(1, err.lines().count(), err);
            assertTrue(err.contains(sentence), err);
            assertFalse(err.contains(SECRET), err);
        }
    }

    private static Outcome run(Map<String, String> environment, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(args, environment, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        return new Outcome(status, out.toString(UTF_8), err.toString(UTF_8));
    }

    private static Outcome print(Map<String, String> environment, String... args) {
        String[] all = Arrays.copyOf(args, args.length + 1);
        all[args.length] = "--print-config";
        return run(environment, all);
    }

    @Test
    void withoutKeysOnlyThisMachineIsListenedTo() {
        for (String host : List.of("0.0.0.0", "::", "192.0.2.1")) {
            print(Map.of(), "--host", host)
                    .assertMistake("--host " + host + " would let everybody who reaches this machine read and publish");
            assertEquals(0, print(Map.of(), "--host", host, "--open").status());
            assertEquals(0, print(SECRETIVE, "--host", host).status());
        }
        for (String host : List.of("127.0.0.1", "127.9.9.9", "::1", "localhost")) {
            assertEquals(0, print(Map.of(), "--host", host).status(), host);
        }
    }

    @Test
    void aSecretIsNeverPrinted() throws Exception {
        Path file = Files.writeString(directory.resolve("secret"), SECRET);
        Outcome printed = print(SECRETIVE);
        assertEquals(0, printed.status());
        assertFalse(printed.out().contains(SECRET), printed.out());
        assertTrue(print(Map.of(), "--secret-file", file.toString()).out().contains("secret-file = " + file));
        assertFalse(
                run(Map.of(), "--help").out().contains("--secret "), "others could see it in the list of processes");
        print(SECRETIVE, "--secret-file", file.toString()).assertMistake("set PERCH_SECRET or --secret-file, not both");
        print(Map.of("PERCH_SECRET", "too short")).assertMistake("PERCH_SECRET: a secret must have at least 32 bytes");
        print(Map.of(), "--jwks", "away.json").assertMistake("away.json: there is no such file");
        print(Map.of(), "--trusted-proxy", "proxy").assertMistake("--trusted-proxy must be an address or a range");
    }

    @Test
    void aTokenIsMintedThatTheServerAccepts() throws Exception {
        Outcome minted = run(
                SECRETIVE,
                "token",
                "--sub",
                "alice",
                "--read",
                "topic/news.*,broadcast",
                "--write",
                "*",
                "--ttl",
                "30m");
        assertEquals(0, minted.status(), minted::toString);
        Tokens tokens =
                new Tokens(new Keys(Secret.of(SECRET), null, null), new Tokens.Terms(false, null), Clocks.system());
        Caller caller = tokens.verify(minted.out().strip());
        assertEquals("alice", caller.name());
        assertTrue(caller.mayRead(QueueName.BROADCAST) && caller.mayWrite(QueueName.topic("any")));
        assertFalse(caller.mayRead(QueueName.topic("any")));
        long now = Clocks.system().millis();
        assertFalse(caller.isOver(now + 29 * 60_000));
        assertTrue(caller.isOver(now + 31 * 60_000));
        Path file = Files.writeString(directory.resolve("two"), SECRET + "\n" + "x".repeat(32));
        Outcome fromFile = run(Map.of(), "token", "--secret-file", file.toString());
        assertEquals(null, tokens.verify(fromFile.out().strip()).name());
    }

    /** {@code PERCH_TTL} is how long the server keeps messages. */
    @Test
    void aTokenIsForTheServersAudienceAndHasALifeOfItsOwn() throws Exception {
        Map<String, String> servers =
                Map.of("PERCH_SECRET", SECRET, "PERCH_AUDIENCE", "shop", "PERCH_TTL", "60", "PERCH_SUB", "mallory");
        Outcome minted = run(servers, "token", "--sub", "alice");
        assertEquals(0, minted.status(), minted::toString);
        Tokens tokens =
                new Tokens(new Keys(Secret.of(SECRET), null, null), new Tokens.Terms(false, "shop"), Clocks.system());
        Caller caller = tokens.verify(minted.out().strip());
        assertEquals("alice", caller.name());
        assertFalse(caller.isOver(Clocks.system().millis() + 59 * 60_000));
    }

    @Test
    void aTokenThatMakesNoSenseIsNotMinted() {
        run(Map.of(), "token", "--sub", "alice").assertMistake("set PERCH_SECRET or --secret-file");
        run(SECRETIVE, "token", "--sub", "a b").assertMistake("--sub must be a name");
        run(SECRETIVE, "token", "--sub", "_a").assertMistake("--sub must be a name");
        run(SECRETIVE, "token", "--read", "news").assertMistake("news is no mailbox/{name}");
        run(SECRETIVE, "token", "--ttl", "soon").assertMistake("--ttl must be a number and s, m, h or d");
    }
}
