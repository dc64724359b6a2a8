// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads a mailbox over a WebSocket, as JSON objects, and answers pings. */
final class SocketReader extends Connection {
    private static final int LAST = 0x80;
    private static final int TEXT = 1;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int MASK_BYTES = 4;

    private final Mailbox mailbox;
    private boolean open;

    SocketReader(Loop loop, Mailbox mailbox) throws IOException {
        super(loop);
        this.mailbox = mailbox;
        send("GET /mailbox/" + mailbox.name + "?format=json&after=start HTTP/1.1\r\nHost: " + loop.host
                + "\r\nUser-Agent: load\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    }

    @Override
    int take(byte[] bytes) {
        int done = 0;
        if (!open) {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            done = text.indexOf("\r\n\r\n") + 4;
            if (done < 4) {
                return 0;
            }
            Loop.require(text.startsWith("HTTP/1.1 101 "), "a socket was answered: " + text);
            open = true;
        }
        for (int end = frame(bytes, done); end > 0; end = frame(bytes, done)) {
            done = end;
        }
        return done;
    }

    /** Takes one frame (RFC 6455 section 5.2), and returns its end, or -1 while it is not complete. */
    private int frame(byte[] bytes, int from) {
        if (bytes.length < from + 2) {
            return -1;
        }
        int size = bytes[from + 1];
        int data = from + 2;
        Loop.require(size >= 0 && size < 127, "a frame was masked, or larger than any that was sent");
        if (size == 126) {
            data = from + 4;
            size = bytes.length < data ? 0 : (bytes[from + 2] & 0xff) << 8 | bytes[from + 3] & 0xff;
        }
        if (bytes.length < data + size) {
            return -1;
        }
        switch (bytes[from] & 0xff) {
            case LAST | TEXT -> came(new String(bytes, data, size, StandardCharsets.UTF_8));
            case LAST | PING -> pong(Arrays.copyOfRange(bytes, data, data + size));
            default -> throw new IllegalStateException("a frame of kind " + Integer.toHexString(bytes[from] & 0xff));
        }
        return data + size;
    }

    private void came(String json) {
        Loop.require(json.contains("\"data\":\""), "a socket said: " + json);
        mailbox.came(Mailbox.between(json, 0, "\"data\":\"", "\""));
    }

    /** A client's frames are masked; a mask of zeros changes nothing. */
    private void pong(byte[] content) {
        byte[] frame = new byte[2 + MASK_BYTES + content.length];
        frame[0] = (byte) (LAST | PONG);
        frame[1] = (byte) (LAST | content.length);
        System.arraycopy(content, 0, frame, 2 + MASK_BYTES, content.length);
        send(frame);
    }
}
