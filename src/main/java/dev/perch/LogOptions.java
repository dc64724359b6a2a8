// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.metrics.AccessLog;
import dev.perch.store.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** What is written down of the requests. */
final class LogOptions implements OptionGroup {
    private static final String OFF = "off";
    private static final String STDOUT = "stdout";
    /** What somebody means as another word for these, and not as the name of a file. */
    private static final List<String> WORDS = List.of(OFF, STDOUT, "stderr", "on", "true", "false", "none", "-");

    /** The variable that {@code logback.xml} looks at. */
    static final String LEVEL = "PERCH_LOG_LEVEL";

    private static final List<String> LEVELS = List.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");

    @Option(
            names = "--access-log",
            paramLabel = "WHERE",
            defaultValue = OFF,
            description = "a line for each answered request: off, stdout, or the name of a file. Default: "
                    + "${DEFAULT-VALUE}, since it names who reads which mailbox")
    String accessLog;

    /** How much is logged, from the environment; null where it says nothing. */
    String level;

    /** The log that is asked for, or null. Opens its file. */
    AccessLog accessLog() {
        if (!isOn()) {
            return null;
        }
        try {
            return new AccessLog(accessLog.equals(STDOUT) ? null : Path.of(accessLog));
        } catch (IOException e) {
            throw new IllegalStateException("--access-log " + accessLog + " cannot be written: " + Reason.of(e), e);
        }
    }

    /** Whether one is kept. */
    boolean isOn() {
        return !accessLog.equals(OFF);
    }

    @Override
    public String mistake() {
        if (level != null && !LEVELS.contains(level.toUpperCase(Locale.ROOT))) {
            return LEVEL + " must be one of " + String.join(", ", LEVELS) + ", not " + level;
        }
        if (accessLog.isBlank()) {
            return "--access-log must be off, stdout or the name of a file";
        }
        return isOn() && !accessLog.equals(STDOUT) && WORDS.contains(accessLog.toLowerCase(Locale.ROOT))
                ? "--access-log must be off, stdout or the name of a file, not " + accessLog
                : null;
    }
}
