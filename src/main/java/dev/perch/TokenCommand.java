// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.access.Grants;
import dev.perch.access.Mint;
import dev.perch.access.UnusableKeys;
import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.QueueName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code perch token}: a token that is signed with the secret. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100,
        sortOptions = false,
        description = "Prints a token (HS256) that is signed with the secret in PERCH_SECRET or --secret-file.")
final class TokenCommand implements Callable<Integer> {
    private static final Pattern LIFE = Pattern.compile("([1-9][0-9]{0,5})([smhd])");

    @Spec
    private CommandSpec spec;

    @ParentCommand
    private Main perch;

    @Option(
            names = "--sub",
            paramLabel = "NAME",
            description = "whose it is: may read the mailbox of that name, and is the sender of what it publishes")
    private String sub;

    @Option(
            names = "--read",
            paramLabel = "GRANT",
            split = ",",
            description = "what else it may read: mailbox/alice, topic/news.*, broadcast or *. Can be repeated")
    private List<String> read = new ArrayList<>();

    @Option(names = "--write", paramLabel = "GRANT", split = ",", description = "where it may publish, likewise")
    private List<String> write = new ArrayList<>();

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            defaultValue = "1h",
            description = "how long it is good: 90s, 30m, 1h, 7d, or unlimited, which needs a server with "
                    + "--allow-unlimited-tokens. Default: ${DEFAULT-VALUE}")
    private String ttl;

    @Option(names = "--audience", paramLabel = "WORD", description = "whom it is meant for, as the server has it")
    private String audience;

    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            description = "the file with the secret, as the server has it; its first line counts")
    private Path secretFile;

    @Override
    public Integer call() {
        if (sub != null && (!QueueName.isName(sub) || QueueName.isReserved(sub))) {
            throw mistake("--sub must be a name, of 1 to 128 characters of A-Z a-z 0-9 . _ ~ @ : - and no _ in front");
        }
        for (String grant : Stream.concat(read.stream(), write.stream()).toList()) {
            if (!Grants.isGrant(grant)) {
                throw mistake(grant + " is no mailbox/{name}, topic/{name}, broadcast or *, where a name may end in *");
            }
        }
        AccessOptions options = perch.access();
        options.secretFile = secretFile == null ? options.secretFile : secretFile;
        options.audience = audience == null ? options.audience : audience;
        if (!options.canSign()) {
            throw mistake("set PERCH_SECRET or --secret-file to the secret that the server has");
        }
        String wrong = options.mistake();
        if (wrong != null) {
            throw mistake(wrong);
        }
        try {
            Mint mint = new Mint(options.signing());
            String token = mint.token(sub, read, write, Clocks.system().wall().instant(), life(), options.audience);
            spec.commandLine().getOut().println(token);
            return ExitCode.OK;
        } catch (UnusableKeys e) {
            throw mistake(e.getMessage());
        }
    }

    private ParameterException mistake(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    /** How long the token is good; null for ever. */
    private Duration life() {
        if (ttl.equals("unlimited")) {
            return null;
        }
        Matcher m = LIFE.matcher(ttl);
        if (!m.matches()) {
            throw mistake("--ttl must be a number and s, m, h or d, like 30m, or unlimited; not " + ttl);
        }
        return Duration.parse(
                switch (m.group(2)) {
                    case "d" -> "P" + m.group(1) + "D";
                    default -> "PT" + m.group(1) + m.group(2).toUpperCase(Locale.ROOT);
                });
    }
}
