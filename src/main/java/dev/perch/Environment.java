// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The variables of the environment: those that set something, and those that only look as if they did. */
final class Environment {
    /** What is set here only, since no option has that name. */
    private static final Set<String> ALONE = Set.of(AccessOptions.VARIABLE, TlsOptions.PASSWORD, LogOptions.LEVEL);

    private static final String PREFIX = "PERCH_";
    private static final String PORT = "PERCH_PORT";

    /**
     * Where a service is, as Kubernetes tells every container of its namespace. One that is called perch is told of in
     * variables that begin as ours do, and one of them is called as ours is.
     */
    private static final Pattern ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

    private static final Pattern OF_A_SERVICE =
            Pattern.compile("PERCH_(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_.+)?)");

    private final Map<String, String> variables;

    Environment(Map<String, String> variables) {
        this.variables = variables;
    }

    /** The variable that sets an option: {@code PERCH_…}. */
    static String variable(String option) {
        return PREFIX + option.substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** Whether a variable sets something for which there is no option. */
    static boolean isAlone(String variable) {
        return ALONE.contains(variable);
    }

    /** What a variable says, or null. */
    String get(String variable) {
        String value = variables.get(variable);
        return variable.equals(PORT) && isAddress(value) ? null : value;
    }

    /** A sentence for each variable that is called like a setting and sets nothing: it may be misspelt. */
    List<String> strangers(Collection<String> options) {
        Set<String> known = Stream.concat(options.stream().map(Environment::variable), ALONE.stream())
                .collect(Collectors.toSet());
        return new TreeMap<>(variables)
                .entrySet().stream()
                        .filter(variable ->
                                variable.getKey().toUpperCase(Locale.ROOT).startsWith(PREFIX))
                        .filter(variable -> !known.contains(variable.getKey()) && !isOfAService(variable))
                        .map(variable -> stranger(variable.getKey(), known))
                        .toList();
    }

    private static String stranger(String name, Set<String> known) {
        List<String> near = Spelling.near(name.substring(PREFIX.length()).toUpperCase(Locale.ROOT), known, PREFIX);
        return name + " in the environment sets nothing"
                + (near.isEmpty() ? "" : "; near to it are " + String.join(", ", near));
    }

    private static boolean isOfAService(Map.Entry<String, String> variable) {
        return OF_A_SERVICE.matcher(variable.getKey()).matches() || isAddress(variable.getValue());
    }

    private static boolean isAddress(String value) {
        return value != null && ADDRESS.matcher(value).matches();
    }
}
