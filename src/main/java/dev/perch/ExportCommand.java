// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.format.JsonEncoding;
import dev.perch.store.Export;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code perch export DIR}: all messages that can be read, a line each. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100,
        description = "Writes all messages in a data directory that can be read to standard output, as one JSON object "
                + "a line, and what cannot be read to standard error; changes nothing.")
final class ExportCommand implements Callable<Integer> {
    private static final int BETWEEN_LOOKS = 1000;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "the data directory; a server may run on it")
    private Path directory;

    private long written;
    private long skipped;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Export.of(
                directory,
                message -> {
                    out.append(JsonEncoding.withQueue(message)).append('\n');
                    if (++written % BETWEEN_LOOKS == 0) {
                        assertOpen(out);
                    }
                },
                damage -> {
                    skipped++;
                    err.println("perch: " + damage);
                });
        assertOpen(out);
        return skipped == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    /** A reader of ours that has gone, as {@code head} does, ends the work. */
    private static void assertOpen(PrintWriter out) {
        if (out.checkError()) {
            throw new UncheckedIOException(new IOException("standard output was closed before all was written"));
        }
    }
}
