// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The proxies that are believed when they say for whom they ask. What anybody else says of that is not looked at. Any
 * thread may use it.
 */
public final class Proxies {
    private static final Pattern LITERAL =
            Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]+");
    /** An address as it stands in a header, perhaps with a port and in the brackets that it then needs. */
    private static final Pattern NODE =
            Pattern.compile("\\[([^\\]]+)](?::[0-9]+)?|([0-9.]+)(?::[0-9]+)?|([0-9A-Fa-f:.]+)");

    private final List<Range> ranges;

    /** Those at these addresses, or in these ranges like {@code 10.0.0.0/8}, each of which {@link #isRange}. */
    public Proxies(Collection<String> texts) {
        ranges = texts.stream().map(Range::of).toList();
    }

    /** Whether the text is an address, or a range of them (RFC 4632 section 3.1). */
    public static boolean isRange(String text) {
        return Range.of(text) != null;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** Whether the one at that address is believed. */
    public boolean trust(String address) {
        byte[] bytes = ranges.isEmpty() ? null : bytes(address);
        return bytes != null && ranges.stream().anyMatch(range -> range.contains(bytes));
    }

    /**
     * The address for which a request is sent: that of the peer, or, when it is believed, the last one in what it says
     * that is not believed. What stands before that may have been made up by the client.
     *
     * @param peer the address at the other end of the connection
     * @param forwarded the addresses in {@code Forwarded} (RFC 7239) or {@code X-Forwarded-For}, in their order
     */
    public String client(String peer, List<String> forwarded) {
        String client = peer;
        for (int i = forwarded.size() - 1; i >= 0 && trust(client); i--) {
            String next = address(forwarded.get(i));
            if (next == null) {
                return client;
            }
            client = next;
        }
        return client;
    }

    /** The address alone, or null where it is none. */
    private static String address(String node) {
        Matcher m = NODE.matcher(node);
        if (!m.matches()) {
            return null;
        }
        String address = m.group(1) != null ? m.group(1) : m.group(2) != null ? m.group(2) : m.group(3);
        return bytes(address) == null ? null : address;
    }

    /** The bytes of an address that is written out; nothing is looked up. Null where it is none. */
    private static byte[] bytes(String address) {
        String bare = address.startsWith("[") ? address.substring(1, address.length() - 1) : address;
        if (!LITERAL.matcher(bare).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(bare).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** All addresses that begin with so many bits of this one. */
    private record Range(byte[] address, int bits) {
        /** The range, or null where the text is none. */
        static Range of(String text) {
            int slash = text.indexOf('/');
            byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
            if (address == null) {
                return null;
            }
            int most = address.length * Byte.SIZE;
            String length = text.substring(slash + 1);
            if (slash < 0) {
                return new Range(address, most);
            }
            return length.matches("[0-9]{1,3}") && Integer.parseInt(length) <= most
                    ? new Range(address, Integer.parseInt(length))
                    : null;
        }

        boolean contains(byte[] other) {
            int whole = bits / Byte.SIZE;
            int mask = 0xFF00 >> bits % Byte.SIZE & 0xFF;
            return other.length == address.length
                    && Arrays.equals(other, 0, whole, address, 0, whole)
                    && (mask == 0 || ((other[whole] ^ address[whole]) & mask) == 0);
        }
    }
}
