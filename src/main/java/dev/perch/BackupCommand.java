// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.store.Backup;
import dev.perch.store.Check;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code perch backup DIR FILE}: a copy of a store that goes on. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100,
        description =
                "Copies the messages and positions in a data directory into one file, as they are at this moment.")
final class BackupCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "DIR", description = "the data directory; a server may run on it")
    private Path directory;

    @Parameters(index = "1", paramLabel = "FILE", description = "the copy; it must not exist")
    private Path file;

    @Override
    public Integer call() {
        Check check = Backup.of(directory, file);
        spec.commandLine().getOut().println(file + " holds " + CheckCommand.contents(check));
        return ExitCode.OK;
    }
}
