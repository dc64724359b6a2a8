// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is said, in one line, to whoever has given a command line or variables that cannot be used. */
final class Complaint {
    private static final Pattern OPTION = Pattern.compile("--[a-z-]+");
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+");

    private final ParameterException mistake;
    private final List<String> args;
    private final Environment environment;

    Complaint(ParameterException mistake, List<String> args, Environment environment) {
        this.mistake = mistake;
        this.args = args;
        this.environment = environment;
    }

    /** The sentence, and where to look. */
    String text() {
        String sentence = sentence();
        String help = command() + " --help lists the options";
        Matcher option = OPTION.matcher(sentence);
        if (option.lookingAt() && isFromEnvironment(option.group())) {
            return sentence + " (" + Environment.variable(option.group()) + " in the environment says so; " + help
                    + ")";
        }
        return sentence + " (" + help + ")";
    }

    private boolean isFromEnvironment(String option) {
        return environment.get(Environment.variable(option)) != null
                && args.stream().noneMatch(arg -> arg.equals(option) || arg.startsWith(option + "="));
    }

    private String command() {
        return mistake.getCommandLine().getCommandSpec().qualifiedName();
    }

    private String sentence() {
        if (mistake instanceof UnmatchedArgumentException unmatched) {
            return unknown(unmatched);
        }
        if (mistake instanceof MissingParameterException missing) {
            return missing(missing.getMissing());
        }
        return mistake.getValue() != null && mistake.getArgSpec() instanceof OptionSpec option
                ? wrong(option, mistake.getValue())
                : mistake.getMessage();
    }

    private String unknown(UnmatchedArgumentException unmatched) {
        String word = unmatched.getUnmatched().get(0);
        CommandLine command = mistake.getCommandLine();
        if (word.startsWith("-")) {
            String option = word.split("=", 2)[0];
            return "there is no option " + option + instead(option);
        }
        return command.getSubcommands().isEmpty()
                ? word + " is one word too many; it is " + usage()
                : "there is no command " + word + "; there are " + String.join(", ", subcommands(command));
    }

    /** What may have been meant by an option that there is not. */
    private String instead(String option) {
        if (option.startsWith("--") && Environment.isAlone(Environment.variable(option))) {
            return "; set " + Environment.variable(option) + " in the environment";
        }
        List<String> names = mistake.getCommandLine().getCommandSpec().options().stream()
                .map(OptionSpec::longestName)
                .toList();
        List<String> near = Spelling.near(option.replaceFirst("^-+", ""), names, "--");
        return near.isEmpty() ? "" : "; near to it are " + String.join(", ", near);
    }

    private static List<String> subcommands(CommandLine command) {
        return List.copyOf(command.getSubcommands().keySet());
    }

    private String missing(List<ArgSpec> arguments) {
        return arguments.get(0) instanceof OptionSpec option
                ? option.longestName() + " needs a value"
                : "something is missing; it is " + usage();
    }

    private String usage() {
        return command()
                + mistake.getCommandLine().getCommandSpec().positionalParameters().stream()
                        .map(PositionalParamSpec::paramLabel)
                        .collect(Collectors.joining(" ", " ", ""))
                        .stripTrailing();
    }

    private static String wrong(OptionSpec option, String value) {
        String name = option.longestName();
        if (value.isEmpty()) {
            return name + " is empty; give it a value, or leave it out";
        }
        Class<?> type = option.type();
        if (type == boolean.class) {
            return name + " must be true or false, not " + value;
        }
        String what = NUMBER.matcher(value).matches() ? "a smaller number" : "a whole number";
        String unit = option.paramLabel().equals("N")
                ? ""
                : " of " + option.paramLabel().toLowerCase(Locale.ROOT);
        return name + " must be " + what + unit + ", not " + value;
    }
}
