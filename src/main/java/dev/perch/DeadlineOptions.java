// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.connection.Deadlines;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Option;

/** How long clients may keep the server waiting. */
final class DeadlineOptions implements OptionGroup {
    @Option(
            names = "--header-deadline",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "from the first byte of a request to the end of its header, and for a handshake. Default: "
                    + "${DEFAULT-VALUE}; the slowest line needs two, and a byte now and then does not extend it")
    long header;

    @Option(
            names = "--body-deadline",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "from the header to the end of the body. Default: ${DEFAULT-VALUE}; the largest body then "
                    + "needs 9 kB a second, so raise it with --body")
    long body;

    @Option(
            names = "--write-deadline",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "how long a client may take nothing of what is written to it. Default: ${DEFAULT-VALUE}, "
                    + "longer than a phone is without its network on the way through a tunnel")
    long write;

    Deadlines deadlines() {
        return new Deadlines(Duration.ofSeconds(header), Duration.ofSeconds(body), Duration.ofSeconds(write));
    }

    @Override
    public String mistake() {
        return OptionGroup.notSeconds(
                Map.of("--header-deadline", header, "--body-deadline", body, "--write-deadline", write));
    }
}
