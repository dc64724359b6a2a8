// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads a mailbox as server-sent events, as an EventSource does: comes back where it was when the stream is over. */
final class EventReader extends Connection {
    private final Mailbox mailbox;
    private final StringBuilder event = new StringBuilder();
    private boolean open;
    private String lastId;

    EventReader(Loop loop, Mailbox mailbox) throws IOException {
        super(loop);
        this.mailbox = mailbox;
        ask();
    }

    private void ask() {
        send("GET /mailbox/" + mailbox.name + "?after=start HTTP/1.1\r\nHost: " + loop.host
                + "\r\nUser-Agent: load\r\nAccept: text/event-stream\r\n"
                + (lastId == null ? "" : "Last-Event-ID: " + lastId + "\r\n") + "\r\n");
    }

    @Override
    int take(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int done = 0;
        if (!open) {
            done = text.indexOf("\r\n\r\n") + 4;
            if (done < 4) {
                return 0;
            }
            Loop.require(text.startsWith("HTTP/1.1 200 ") && text.contains("chunked"), "a stream began: " + text);
            open = true;
        }
        for (int end = chunk(text, done); end > 0; end = chunk(text, done)) {
            done = end;
        }
        return done;
    }

    /**
     * Takes one chunk (RFC 9112 section 7.1) and returns its end, or -1 while it is not complete. The line end behind
     * the chunk before is taken with it, since the server sends it no earlier.
     */
    private int chunk(String text, int from) {
        int begin = text.startsWith("\r\n", from) ? from + 2 : from;
        int data = text.indexOf("\r\n", begin) + 2;
        if (data < 2 || !open) {
            return -1;
        }
        int size = Integer.parseInt(text.substring(begin, data - 2), 16);
        int end = size == 0 ? data + 2 : data + size;
        if (text.length() < end) {
            return -1;
        }
        if (size == 0) {
            open = false;
            event.setLength(0);
            ask();
        } else {
            content(text, data, end);
        }
        return end;
    }

    private void content(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            event.append(text.charAt(i));
            if (text.charAt(i) == '\n' && event.length() > 1 && event.charAt(event.length() - 2) == '\n') {
                dispatch(event.toString());
                event.setLength(0);
            }
        }
    }

    private void dispatch(String block) {
        for (String line : block.split("\n")) {
            if (line.startsWith("data: ")) {
                mailbox.came(line.substring("data: ".length()));
            } else if (line.startsWith("id: ")) {
                lastId = line.substring("id: ".length());
            }
        }
    }
}
