// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** What a test needs of the machine that it runs on. */
final class Machine {
    private static final long PATIENCE_SECONDS = 30;

    private Machine() {}

    /** Runs a program to its end; returns null when it ended well, and otherwise what it complained about. */
    static String complaint(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return command[0] + " does not end: " + said;
            }
            return process.exitValue() == 0 ? null : command[0] + ": " + said.strip();
        } catch (IOException e) {
            return e.getMessage();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lets the test that calls it be skipped, or fail where {@code CI=true}, unless there is nothing to say. */
    static void assume(String complaint) {
        if (complaint != null) {
            if ("true".equals(System.getenv("CI"))) {
                fail(complaint + "; with CI=true no test may be skipped for it");
            }
            Assumptions.abort(complaint);
        }
    }
}
