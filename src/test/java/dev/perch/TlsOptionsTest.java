// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is said to whoever asks for encryption in a way that cannot work. */
final class TlsOptionsTest {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private String run(int status, Map<String, String> environment, String... options) {
        said.reset();
        PrintStream both = new PrintStream(said, true, StandardCharsets.UTF_8);
        assertEquals(status, Main.run(options, environment, both, both));
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void oneFileOfTwoIsRefused() {
        assertTrue(run(2, Map.of(), "--tls-cert=c.pem").startsWith("perch: --tls-cert needs --tls-key"));
        assertTrue(run(2, Map.of("PERCH_TLS_KEY", "k.pem")).startsWith("perch: --tls-key needs --tls-cert"));
    }

    @Test
    void filesAndStoreTogetherAreRefused() {
        String complaint = run(2, Map.of(), "--tls-cert=c.pem", "--tls-key=k.pem", "--tls-store=s.p12");
        assertTrue(complaint.startsWith("perch: --tls-store has certificate and key"), complaint);
    }

    @Test
    void aStoreNeedsItsPasswordFromTheEnvironment() {
        String complaint = run(2, Map.of(), "--tls-store=s.p12");
        assertTrue(complaint.startsWith("perch: --tls-store needs its password in PERCH_TLS_PASSWORD"), complaint);
    }

    @Test
    void thePasswordIsNeverPrinted() {
        Map<String, String> environment = Map.of("PERCH_TLS_PASSWORD", "very-secret", "PERCH_TLS_STORE", "none.p12");
        assertTrue(run(0, environment, "--print-config").contains("tls-store = none.p12\n"));
        assertFalse(said.toString(StandardCharsets.UTF_8).contains("very-secret"));
        String complaint = run(1, environment, "--memory", "--port=0");
        assertEquals("perch: none.p12 cannot be read: there is no such file\n", complaint);
    }
}
