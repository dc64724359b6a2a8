// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.mailbox.Clocks;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.reflect.Field;
import java.net.BindException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

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
    /** Who asks so is told the defaults themselves, whatever the environment says. */
    private static final Set<String> HELP = Set.of("--help", "-h", "--version", "-V");

    @Spec
    private CommandSpec spec;

    @Mixin
    private Config config;

    private Environment environment;

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
    static int run(String[] args, Map<String, String> variables, PrintStream out, PrintStream err) {
        Environment environment = new Environment(variables);
        Main main = new Main();
        main.environment = environment;
        CommandLine command = new CommandLine(main);
        main.config.tls.password = environment.get(TlsOptions.PASSWORD);
        main.config.logs.level = environment.get(LogOptions.LEVEL);
        main.config.access.secret(environment.get(AccessOptions.VARIABLE));
        command.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        command.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        boolean help = HELP.stream().anyMatch(List.of(args)::contains);
        command.setDefaultValueProvider(argument -> argument instanceof OptionSpec option && isSetting(option) && !help
                ? environment.get(Environment.variable(option.longestName()))
                : null);
        command.registerConverter(String.class, Main::something);
        command.registerConverter(Path.class, text -> Path.of(something(text)));
        command.setParameterExceptionHandler((mistake, wrong) -> {
            err.println("perch: " + new Complaint(mistake, List.of(args), environment).text());
            return CommandLine.ExitCode.USAGE;
        });
        command.setExecutionExceptionHandler((failure, same, result) -> {
            err.println("perch: " + failure.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        });
        return command.execute(args);
    }

    /** A script whose variable is not set says nothing, and means neither the default nor this directory. */
    private static String something(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("it is empty");
        }
        return text;
    }

    /** Whether it is the server's own, which its groups have: {@code --ttl} means another thing to a command. */
    private static boolean isSetting(OptionSpec option) {
        return option.userObject() instanceof Field field
                && OptionGroup.class.isAssignableFrom(field.getDeclaringClass());
    }

    private List<OptionSpec> settings() {
        return spec.options().stream().filter(Main::isSetting).toList();
    }

    /** Not refused, since a variable may be called so for a reason of somebody else's. */
    private void tellOfStrangers() {
        List<String> options = settings().stream().map(OptionSpec::longestName).toList();
        for (String sentence : environment.strangers(options)) {
            spec.commandLine().getErr().println("perch: " + sentence);
        }
    }

    @Override
    public Integer call() throws Exception {
        tellOfStrangers();
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
        Throwable cause = e.getCause() == null ? e : e.getCause();
        if (cause instanceof UnresolvedAddressException) {
            return "nobody knows an address of that name; set --host to one of this machine";
        }
        return cause instanceof BindException
                ? cause.getMessage() + "; set --port and --host to what is free and belongs to this machine"
                : cause.getMessage();
    }

    private void print() {
        for (OptionSpec option : settings()) {
            String name = option.longestName().substring(2);
            spec.commandLine().getOut().println(name + " = " + shown(option.getValue()));
        }
    }

    /** As it would be written in the environment. */
    private static String shown(Object value) {
        String text = value instanceof List<?> several
                ? several.stream().map(Object::toString).collect(Collectors.joining(","))
                : Objects.toString(value, "");
        return text.isEmpty() ? "none" : text;
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
