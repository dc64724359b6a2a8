// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A position in a store: everything up to and including {@code offset} lies behind it. As text it is
 * {@code <epoch>.<offset>}, with {@code -w} at the end when it belongs to a chain of reads that only watches; clients
 * take it as opaque. It has at most 64 characters of {@code [A-Za-z0-9._-]}, so that it needs no quoting in a URL and
 * no preflight in a {@code Last-Event-ID} header (WHATWG Fetch, CORS-safelisted request-header).
 *
 * @param epoch the incarnation of the store, letters and digits
 * @param offset 0 or more
 * @param watch whether the chain of reads neither hands out nor acknowledges
 */
public record Cursor(String epoch, long offset, boolean watch) {
    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9]{1,32})\\.(0|[1-9][0-9]{0,17})(-w)?");

    /** The cursor that the text stands for, or nothing where it is none. */
    public static Optional<Cursor> parse(String text) {
        Matcher m = FORM.matcher(text);
        return m.matches()
                ? Optional.of(new Cursor(m.group(1), Long.parseLong(m.group(2)), m.group(3) != null))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return epoch + '.' + offset + (watch ? "-w" : "");
    }
}
