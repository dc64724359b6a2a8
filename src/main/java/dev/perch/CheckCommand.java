// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.store.Check;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code perch check DIR}: whether all that is in a data directory can be read and is as it was written. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100,
        description = "Reads all that is in a data directory and says whether it is sound; changes nothing.")
final class CheckCommand implements Callable<Integer> {
    private static final int SHOWN = 20;
    private static final double MEGABYTE = 1e6;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "the data directory; a server may run on it")
    private Path directory;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Check check = Check.of(directory);
        List<String> faults = check.faults();
        if (faults.isEmpty()) {
            out.println(check.file() + " is sound: " + contents(check));
            return ExitCode.OK;
        }
        out.println(check.file() + " is damaged:");
        faults.stream().limit(SHOWN).forEach(fault -> out.println("  " + fault));
        if (faults.size() > SHOWN) {
            out.println("  and " + (faults.size() - SHOWN) + " more");
        }
        out.println("Readable: " + contents(check));
        out.println(
                "Stop the server and keep a copy of " + directory + ". Then put a backup in its place, or save what is"
                        + " readable with: perch export " + directory + " > messages.ndjson");
        return ExitCode.SOFTWARE;
    }

    /** What is in it, in words. */
    static String contents(Check check) {
        return String.format(
                Locale.ROOT,
                "%d messages (%.1f MB) in %d mailboxes and %d topics",
                check.messages(),
                check.bytes() / MEGABYTE,
                check.mailboxes(),
                check.topics());
    }
}
