// SPDX-License-Identifier: Apache-2.0
package dev.perch.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One connection on which malformed input is sent, and what comes back. */
final class Attempt {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([0-9]{3}) ");
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int PIPELINE = 20;
    private static final int FRAMES = 8;
    private static final int HTTP2_HEADERS = 1;
    /** {@code :status: 500} from the static table (RFC 7541 appendix A). */
    private static final int HPACK_500 = 0x8e;

    private final URI server;
    private final long seed;
    private final byte[] input;
    private final int pieces;
    private final boolean http2;

    /** What the seed makes up: whole requests, a broken one, a socket or HTTP/2. */
    Attempt(URI server, long seed) {
        this.server = server;
        this.seed = seed;
        Malformed malformed = new Malformed(seed);
        int kind = (int) Math.floorMod(seed, 10L);
        http2 = kind == 9;
        pieces = kind < 4 ? PIPELINE : kind < 7 ? 1 : FRAMES;
        input = kind < 4
                ? malformed.requests(PIPELINE)
                : kind < 7 ? malformed.broken() : http2 ? malformed.http2(FRAMES) : malformed.frames(FRAMES);
    }

    /** Sends it, and returns how much of it the server has dealt with; fails when that was a fault, or never ends. */
    int run() throws IOException {
        byte[] output = exchange();
        String text = new String(output, ISO_8859_1);
        if (http2) {
            assertNoFault(output);
            return pieces;
        }
        int answers = 0;
        for (Matcher status = STATUS.matcher(text); status.find(); answers++) {
            int code = Integer.parseInt(status.group(1));
            if (code >= 500 && code != 501 && code != 505) {
                throw failure("a fault of the server: " + text.substring(status.start()));
            }
        }
        return pieces == PIPELINE ? Math.max(1, Math.min(answers, pieces)) : pieces;
    }

    private byte[] exchange() throws IOException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        long begun = System.nanoTime();
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            try {
                socket.getOutputStream().write(input);
                socket.shutdownOutput();
                InputStream in = socket.getInputStream();
                byte[] part = new byte[8192];
                for (int n = in.read(part); n >= 0; n = in.read(part)) {
                    output.write(part, 0, n);
                    if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                        throw failure("no end of the answer");
                    }
                }
            } catch (SocketTimeoutException e) {
                throw (AssertionError)
                        failure("no answer and no end of the connection").initCause(e);
            } catch (IOException e) {
                // Closed before it had all of it.
            }
            socket.setSoLinger(true, 0);
        }
        return output.toByteArray();
    }

    private void assertNoFault(byte[] output) {
        int at = 0;
        while (at + 10 <= output.length) {
            int length = ((output[at] & 0xff) << 16) | ((output[at + 1] & 0xff) << 8) | (output[at + 2] & 0xff);
            if (output[at + 3] == HTTP2_HEADERS && (output[at + 9] & 0xff) == HPACK_500) {
                throw failure("a fault of the server over HTTP/2");
            }
            at += 9 + length;
        }
    }

    private AssertionError failure(String what) {
        return new AssertionError("seed " + seed + ": " + what + "\nafter:\n" + new String(input, ISO_8859_1));
    }
}
