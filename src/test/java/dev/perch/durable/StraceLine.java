// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One system call as {@code strace -f -y -xx} prints it, whole: {@code pwrite64(9</data/perch.db-wal>, "…", 24, 32) =
 * 24}, where all that is quoted, and the paths of files, are in hex.
 *
 * @param begun the number of the line on which the call began; all that happened before stands above it
 * @param ended the number of the line on which it had returned, or {@link Integer#MAX_VALUE} if it never did
 * @param text without the thread's number
 */
record StraceLine(int begun, int ended, String text) {
    private static final Pattern FORM = Pattern.compile("(\\w+)\\((?:(-?\\d+|AT_FDCWD)(?:<([^>]*)>)?)?");
    private static final Pattern RESULT = Pattern.compile("(-?\\d+)(?:<([^>]*)>)?");
    private static final int HEX_LENGTH = "\\x00".length();

    private Matcher head() {
        Matcher head = FORM.matcher(text);
        if (!head.lookingAt()) {
            throw new IllegalStateException("line " + begun + " is no system call: " + this);
        }
        return head;
    }

    /** The name of the call. */
    String call() {
        return text.substring(0, text.indexOf('('));
    }

    /** The number of the file that the first argument is, or -1 if it is none. */
    int file() {
        String number = head().group(2);
        return number == null || number.startsWith("A") ? -1 : Integer.parseInt(number);
    }

    /** The path of the file or directory that the first argument is, or what else strace says of it; may be empty. */
    String path() {
        String path = head().group(3);
        return path == null ? "" : decoded(path);
    }

    /** What the call returned; a call that never did counts as one that did all it should. */
    long result() {
        Matcher result = RESULT.matcher(returned());
        return result.lookingAt() ? Long.parseLong(result.group(1)) : Long.MAX_VALUE;
    }

    /** The path of the file that was opened. */
    String resultPath() {
        Matcher result = RESULT.matcher(returned());
        return result.lookingAt() && result.group(2) != null ? decoded(result.group(2)) : "";
    }

    private String returned() {
        int equals = text.lastIndexOf(" = ");
        return equals < 0 ? "" : text.substring(equals + " = ".length());
    }

    /** The last argument but so many, if it is a number. */
    long number(int fromTheEnd) {
        int equals = text.lastIndexOf(" = ");
        String call = (equals < 0 ? text : text.substring(0, equals)).stripTrailing();
        String[] arguments = call.substring(0, call.length() - (call.endsWith(")") ? 1 : 0))
                .substring(call.lastIndexOf('"') + 1)
                .split(", ", -1);
        return Long.parseLong(arguments[arguments.length - 1 - fromTheEnd].strip());
    }

    /** The arguments that are paths. */
    List<String> paths() {
        List<String> paths = new ArrayList<>();
        quoted().forEach(quoted -> paths.add(decoded(quoted)));
        return paths;
    }

    /** All that was to be written, one buffer after the other, as far as it was. */
    byte[] data() {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        quoted().forEach(quoted -> data.writeBytes(bytes(quoted)));
        long length = Math.min(data.size(), Math.max(0, result()));
        return data.size() == length ? data.toByteArray() : Arrays.copyOf(data.toByteArray(), (int) length);
    }

    private List<String> quoted() {
        List<String> quoted = new ArrayList<>();
        int begin = text.indexOf('"');
        while (begin >= 0) {
            int end = text.indexOf('"', begin + 1);
            if (text.startsWith("...", end + 1)) {
                throw new IllegalStateException("line " + begun + " is cut short: " + this);
            }
            quoted.add(text.substring(begin + 1, end));
            begin = text.indexOf('"', end + 1);
        }
        return quoted;
    }

    private static String decoded(String part) {
        return part.startsWith("\\x") ? new String(bytes(part), UTF_8) : part;
    }

    /** A text as it stands in a line. */
    static String encoded(String part) {
        StringBuilder hex = new StringBuilder();
        for (byte each : part.getBytes(UTF_8)) {
            hex.append(String.format("\\x%02x", each));
        }
        return hex.toString();
    }

    private static byte[] bytes(String hex) {
        byte[] bytes = new byte[hex.length() / HEX_LENGTH];
        for (int i = 0; i < bytes.length; i++) {
            int digits = i * HEX_LENGTH + 2;
            bytes[i] =
                    (byte) (Character.digit(hex.charAt(digits), 16) << 4 | Character.digit(hex.charAt(digits + 1), 16));
        }
        return bytes;
    }

    @Override
    public String toString() {
        return text.length() < 300 ? text : text.substring(0, 300) + "…";
    }
}
