// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.mailbox.Clocks;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line: {@code java -jar perch.jar}. */
@Command(
        name = "perch",
        mixinStandardHelpOptions = true,
        subcommands = {CheckCommand.class, ExportCommand.class, BackupCommand.class, TokenCommand.class},
        version = "perch 0.1.0",
        sortOptions = false,
        abbreviateSynopsis = true,
        usageHelpWidth = 100,
        header = "A message endpoint for long-polling: publish with one request, wait for messages with another.",
        footer = {
            "",
            "Each option can be set in the environment: --mailbox-bytes is PERCH_MAILBOX_BYTES. The command line wins."
        })
public final class Main implements Callable<Integer> {
    private static final long STOP_SECONDS = 10;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Config config;

    @Option(names = "--print-config", description = "print every setting as it would be used, and exit")
    private boolean printConfig;

    /** Runs until the process is told to stop. */
    public static void main(String[] args) {
        int code = run(args, System.getenv(), System.out, System.err);
        if (code >= 0) {
            System.exit(code);
        }
    }

    /** What {@code main} does, with everything it uses. Returns the exit status, or -1 when a server is running. */
    static int run(String[] args, Map<String, String> environment, PrintStream out, PrintStream err) {
        Main main = new Main();
        CommandLine command = new CommandLine(main);
        main.config.tls.password = environment.get(TlsOptions.PASSWORD);
        main.config.access.secret(environment.get(AccessOptions.VARIABLE));
        command.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        command.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        command.setDefaultValueProvider(argument ->
                argument instanceof OptionSpec option && !option.longestName().isEmpty()
                        ? fromEnvironment(option, environment)
                        : null);
        command.setParameterExceptionHandler((mistake, wrong) -> {
            err.println("perch: " + mistake.getMessage() + " (perch --help lists the options)");
            return CommandLine.ExitCode.USAGE;
        });
        command.setExecutionExceptionHandler((failure, same, result) -> {
            err.println("perch: " + failure.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        });
        return command.execute(args);
    }

    private static String variable(OptionSpec option) {
        return "PERCH_" + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
    }

    private static String fromEnvironment(OptionSpec option, Map<String, String> environment) {
        String value = environment.get(variable(option));
        return value != null ? value : option.defaultValue();
    }

    @Override
    public Integer call() throws Exception {
        String mistake = config.mistake();
        if (mistake != null) {
            throw new ParameterException(spec.commandLine(), mistake);
        }
        if (printConfig) {
            config.settle();
            print();
            return CommandLine.ExitCode.OK;
        }
        Heap.takeWhatIsAllowed();
        PerchServer server = new PerchServer(config, Clocks.system());
        try {
            server.start();
        } catch (IOException e) {
            server.close();
            throw new IOException(
                    "cannot listen on " + config.listen.host + " port " + config.listen.port + ": " + reason(e), e);
        }
        stopOnSignal(server);
        spec.commandLine().getOut().println("Perch serves on " + server.uri());
        return -1;
    }

    /** What is known of tokens beside the options of a command. */
    AccessOptions access() {
        return config.access;
    }

    private static String reason(IOException e) {
        return e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
    }

    private void print() {
        for (OptionSpec option : spec.options()) {
            if (option.userObject() instanceof Field field
                    && OptionGroup.class.isAssignableFrom(field.getDeclaringClass())) {
                spec.commandLine().getOut().println(option.longestName().substring(2) + " = " + option.getValue());
            }
        }
    }

    /** A signal would end the process with a status of its own; a hook that drained well ends it with 0 before that. */
    private static void stopOnSignal(PerchServer server) {
        Thread patience = new Thread(
                () -> {
                    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(STOP_SECONDS));
                    Runtime.getRuntime().halt(1);
                },
                "perch-patience");
        patience.setDaemon(true);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            patience.start();
                            server.stop();
                            Runtime.getRuntime().halt(0);
                        },
                        "perch-stop"));
    }
}
