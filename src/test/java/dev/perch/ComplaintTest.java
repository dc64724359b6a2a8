// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is said to whoever mistypes a command, an option or its value. */
final class ComplaintTest {
    private static final Map<String, String> NOTHING = Map.of();

    private static String complaint(int status, Map<String, String> environment, String... args) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream both = new PrintStream(said, true, UTF_8);
        assertEquals(status, Main.run(args, environment, both, both));
        return said.toString(UTF_8);
    }

    private static void assertSays(String sentence, String... args) {
        assertEquals("perch: " + sentence + " (perch --help lists the options)\n", complaint(2, NOTHING, args));
    }

    @Test
    void aWordThatMeansNothingIsNamed() {
        assertSays("there is no option --tls; near to it are --tls-cert, --tls-key, --tls-store", "--tls", "c.pem");
        assertSays("there is no option --cors; near to it are --cors-origin", "--cors=*");
        assertSays("there is no option --zzz", "--zzz");
        assertSays("there is no command chekc; there are check, export, backup, token", "chekc", "dir");
    }

    @Test
    void whatIsMisspeltIsNearToWhatWasMeant() {
        assertSays("there is no option --prot; near to it are --port", "--prot=1");
        assertSays("there is no option -port; near to it are --port", "-port", "1");
        assertSays("there is no option --memroy; near to it are --memory", "--memroy");
        assertSays("there is no option --trusted-proxies; near to it are --trusted-proxy", "--trusted-proxies=::1");
        assertSays("there is no option --proxy; near to it are --trusted-proxy", "--proxy=::1");
        assertSays("there is no option --log-level; set PERCH_LOG_LEVEL in the environment", "--log-level=WARN");
        assertSays("there is no option --secret; set PERCH_SECRET in the environment", "--secret=hush");
    }

    @Test
    void helpIsGivenWhateverTheEnvironmentSays() {
        String help = complaint(0, Map.of("PERCH_PORT", "abc", "PERCH_TTL", "60"), "--help");
        assertTrue(help.contains("port to listen on, 0 for any free one. Default: 8080"), help);
    }

    @Test
    void aCommandSaysHowItIsWritten() {
        String help = " (perch backup --help lists the options)\n";
        assertEquals(
                "perch: something is missing; it is perch backup DIR FILE" + help,
                complaint(2, NOTHING, "backup", "dir"));
        assertEquals(
                "perch: more is one word too many; it is perch backup DIR FILE" + help,
                complaint(2, NOTHING, "backup", "dir", "file", "more"));
    }

    @Test
    void aValueSaysWhatItHasToBe() {
        assertSays("--port must be a whole number, not http", "--port=http");
        assertSays("--port must be a smaller number, not 99999999999", "--port=99999999999");
        assertSays("--body must be a whole number of bytes, not 1m", "--body=1m");
        assertSays("--headers must be 1024 or more, which is what a browser sends without a cookie", "--headers=1023");
        assertSays("--ttl must be a whole number of seconds, not 7d", "--ttl=7d");
        assertSays("--publish-rate must be a whole number, not fast", "--publish-rate=fast");
        assertSays("--memory must be true or false, not maybe", "--memory=maybe");
        assertSays("--port needs a value", "--port");
        assertSays("--port is empty; give it a value, or leave it out", "--port=");
        assertSays("--data is empty; give it a value, or leave it out", "--data", "");
        assertSays(
                "--unlimited must be an address, a range like 10.0.0.0/8, or a subject, which is a name; not "
                        + "10.0.0.0/99",
                "--unlimited=10.0.0.0/99");
    }

    @Test
    void timesThatAreTooShortOrTooLongAreRefused() {
        for (String option : List.of("ttl", "acked-kept", "idle-mailbox", "stream-life", "presence-linger")) {
            assertSays("--" + option + " must be 1 to 1000000000 seconds", "--" + option + "=1000000001");
            assertSays("--" + option + " must be 1 to 1000000000 seconds", "--" + option + "=0");
        }
        assertSays("--body-deadline must be 1 to 1000000000 seconds", "--body-deadline=" + Long.MAX_VALUE);
        assertTrue(complaint(0, NOTHING, "--print-config", "--ttl=1000000000").contains("ttl = 1000000000"));
    }

    @Test
    void aLevelOfTheLogThatThereIsNotIsRefused() {
        assertSaysWith(
                Map.of("PERCH_LOG_LEVEL", "verbose"),
                "PERCH_LOG_LEVEL must be one of ERROR, WARN, INFO, DEBUG, TRACE, not verbose");
        assertTrue(complaint(0, Map.of("PERCH_LOG_LEVEL", "warn"), "--print-config")
                .contains("port = 8080"));
    }

    @Test
    void aVariableThatSetsTheOptionIsNamed() {
        Map<String, String> variable = Map.of("PERCH_PORT", "http");
        String hint = " (PERCH_PORT in the environment says so; perch --help lists the options)\n";
        assertEquals("perch: --port must be a whole number, not http" + hint, complaint(2, variable));
        assertEquals("perch: --port must be 0 to 65535" + hint, complaint(2, Map.of("PERCH_PORT", "70000")));
        assertSaysWith(variable, "--port must be 0 to 65535", "--port=70000");
        assertEquals(
                "perch: --data is empty; give it a value, or leave it out (PERCH_DATA in the environment says so;"
                        + " perch --help lists the options)\n",
                complaint(2, Map.of("PERCH_DATA", "")));
    }

    @Test
    void whatKubernetesTellsOfAServiceCalledPerchSetsNothing() {
        Map<String, String> service = Map.of(
                "PERCH_SERVICE_HOST", "10.0.0.7",
                "PERCH_SERVICE_PORT", "8080",
                "PERCH_SERVICE_PORT_HTTP", "8080",
                "PERCH_PORT", "tcp://10.0.0.7:8080",
                "PERCH_PORT_8080_TCP", "tcp://10.0.0.7:8080",
                "PERCH_PORT_8080_TCP_PROTO", "tcp",
                "PERCH_PORT_8080_TCP_PORT", "8080",
                "PERCH_PORT_8080_TCP_ADDR", "10.0.0.7",
                "PERCH_WEB_PORT", "tcp://10.0.0.8:80");
        assertEquals(complaint(0, NOTHING, "--print-config"), complaint(0, service, "--print-config"));
        assertSaysWith(service, "--port must be 0 to 65535", "--port=70000");
    }

    @Test
    void aVariableThatIsCalledLikeASettingAndSetsNothingIsToldOf() {
        String printed = complaint(
                0,
                Map.of(
                        "PERCH_PROT",
                        "1",
                        "PERCH_SECERT",
                        "hush",
                        "perch_memory",
                        "1",
                        "PERCH_HOME",
                        "/opt",
                        "PORT",
                        "1"),
                "--print-config");
        assertEquals(
                """
                perch: PERCH_HOME in the environment sets nothing
                perch: PERCH_PROT in the environment sets nothing; near to it are PERCH_PORT
                perch: PERCH_SECERT in the environment sets nothing; near to it are PERCH_SECRET
                perch: perch_memory in the environment sets nothing; near to it are PERCH_MEMORY
                """,
                printed.substring(0, printed.indexOf("host = ")));
    }

    /** As an image of a container may have them. */
    @Test
    void aVariableCalledLikeWhatIsNoSettingChangesNothing() {
        for (String name : List.of("PERCH_VERSION", "PERCH_HELP", "PERCH_PRINT_CONFIG")) {
            assertEquals(
                    "perch: " + name + " in the environment sets nothing\nperch: --port must be 0 to 65535"
                            + " (perch --help lists the options)\n",
                    complaint(2, Map.of(name, "0.1.0"), "--port=70000"));
        }
    }

    private static void assertSaysWith(Map<String, String> environment, String sentence, String... args) {
        assertEquals("perch: " + sentence + " (perch --help lists the options)\n", complaint(2, environment, args));
    }

    @Test
    void aSecretThatIsEmptyDoesNotOpenTheServer() {
        assertEquals(
                "perch: PERCH_SECRET: a secret must have at least 32 bytes; make one with: openssl rand -base64 32"
                        + " (perch --help lists the options)\n",
                complaint(2, Map.of("PERCH_SECRET", "")));
    }

    /** A file of that name would tell who reads which mailbox where somebody meant that nothing should. */
    @Test
    void anAccessLogThatIsMeantToBeOffOrOnIsNoFile() {
        for (String word : List.of("false", "none", "OFF", "true", "Stdout", "-")) {
            assertSays("--access-log must be off, stdout or the name of a file, not " + word, "--access-log=" + word);
        }
        assertTrue(complaint(0, NOTHING, "--print-config", "--access-log=./on").contains("access-log = ./on"));
    }

    @Test
    void anAccessLogThatCannotBeWrittenSaysWhy() {
        assertEquals(
                "perch: --access-log /nowhere/log cannot be written: there is no such directory\n",
                complaint(1, NOTHING, "--memory", "--port=0", "--access-log=/nowhere/log"));
    }

    @Test
    void thePlaceThatCannotBeListenedOnIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertEquals(
                    "perch: cannot listen on 127.0.0.1 port " + port + ": Address already in use; set --port and --host"
                            + " to what is free and belongs to this machine\n",
                    complaint(1, NOTHING, "--memory", "--port=" + port));
        }
        assertEquals(
                "perch: cannot listen on nowhere.invalid port 0: nobody knows an address of that name; set --host to"
                        + " one of this machine\n",
                complaint(1, NOTHING, "--memory", "--port=0", "--host=nowhere.invalid"));
    }

    @Test
    void settingsArePrintedAsTheyAreWritten() {
        String printed = complaint(
                0, Map.of("PERCH_CORS_ORIGIN", "https://a.example,https://b.example"), "--print-config", "--jsonp");
        for (String line : List.of(
                "cors-origin = https://a.example,https://b.example",
                "jsonp = true",
                "port = 8080",
                "trusted-proxy = none",
                "tls-cert = none")) {
            assertTrue(printed.contains("\n" + line + "\n"), () -> line + " in " + printed);
        }
    }
}
