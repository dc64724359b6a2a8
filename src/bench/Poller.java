// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;

/** Reads a mailbox by long-polling: polls again after the cursor of each answer. */
final class Poller extends HttpConnection {
    private final Mailbox mailbox;
    private String cursor = "start";

    Poller(Loop loop, Mailbox mailbox) throws IOException {
        super(loop);
        this.mailbox = mailbox;
        poll();
    }

    private void poll() {
        send("GET /mailbox/" + mailbox.name + "?wait=120&after=" + cursor + " HTTP/1.1\r\nHost: " + loop.host
                + "\r\nUser-Agent: load\r\nAccept: */*\r\n\r\n");
    }

    @Override
    void answered(int status, String fields, String body) {
        Loop.require(status == 200, "a poll was answered: " + fields + body);
        cursor = Mailbox.between(body, 0, "\"cursor\":\"", "\"");
        poll();
        String begin = "\"data\":\"";
        for (int at = body.indexOf(begin); at >= 0; at = body.indexOf(begin, at + 1)) {
            mailbox.came(Mailbox.between(body, at, begin, "\""));
        }
    }
}
