// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.Optional;

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
    private static final int MAX_EPOCH = 32;
    private static final int MAX_DIGITS = 18;
    private static final String WATCH = "-w";

    /** The cursor that the text stands for, or nothing where it is none. */
    public static Optional<Cursor> parse(String text) {
        boolean watch = text.endsWith(WATCH);
        int end = watch ? text.length() - WATCH.length() : text.length();
        int point = text.indexOf('.');
        int digits = end - point - 1;
        if (point < 1 || point > MAX_EPOCH || digits < 1 || digits > MAX_DIGITS) {
            return Optional.empty();
        }
        for (int i = 0; i < point; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')) {
                return Optional.empty();
            }
        }
        long offset = 0;
        for (int i = point + 1; i < end; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return Optional.empty();
            }
            offset = offset * 10 + (c - '0');
        }
        boolean padded = digits > 1 && text.charAt(point + 1) == '0';
        return padded ? Optional.empty() : Optional.of(new Cursor(text.substring(0, point), offset, watch));
    }

    @Override
    public String toString() {
        return epoch + '.' + offset + (watch ? WATCH : "");
    }
}
