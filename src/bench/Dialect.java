// SPDX-License-Identifier: Apache-2.0

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a server is asked: what differs between Perch and Nchan. Both keep the place of a reader in each answer. */
enum Dialect {
    PERCH {
        @Override
        String poll(String name, String place) {
            return "GET /mailbox/" + name + "?wait=120&after=" + (place.isEmpty() ? "start" : place) + " HTTP/1.1\r\n";
        }

        @Override
        String again(String name) {
            return "GET /mailbox/" + name + "?after=start&limit=1 HTTP/1.1\r\n";
        }

        @Override
        String publish(String name) {
            return "POST " + (name.equals(EVERYBODY) ? "/broadcast" : "/mailbox/" + name) + " HTTP/1.1\r\n";
        }

        @Override
        String place(String head) {
            return field(CURSOR, head);
        }
    },

    NCHAN {
        @Override
        String poll(String name, String place) {
            return "GET /sub/" + name + " HTTP/1.1\r\n" + place;
        }

        @Override
        String again(String name) {
            return "GET /old/" + name + " HTTP/1.1\r\n";
        }

        @Override
        String publish(String name) {
            return "POST /pub/" + name + " HTTP/1.1\r\n";
        }

        @Override
        String place(String head) {
            return "If-Modified-Since: " + field(MODIFIED, head) + "\r\nIf-None-Match: " + field(TAG, head) + "\r\n";
        }
    };

    /** Whom a broadcast goes to. With Nchan it is one channel; with Perch each reader has a mailbox of its own. */
    static final String EVERYBODY = "all";

    private static final Pattern CURSOR = Pattern.compile("(?im)^Perch-Cursor: (.*?)\r?$");
    private static final Pattern MODIFIED = Pattern.compile("(?im)^Last-Modified: (.*?)\r?$");
    private static final Pattern TAG = Pattern.compile("(?im)^Etag: (.*?)\r?$");

    /** The beginning of a poll from a place on; the empty one is the beginning. */
    abstract String poll(String name, String place);

    /** The beginning of a poll that is always answered at once, with the same message. */
    abstract String again(String name);

    /** The beginning of a publish. */
    abstract String publish(String name);

    /** Where the reader of this answer goes on. */
    abstract String place(String head);

    private static String field(Pattern name, String head) {
        Matcher m = name.matcher(head);
        Loop.require(m.find(), "an answer without a place: " + head);
        return m.group(1);
    }
}
