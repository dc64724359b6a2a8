// SPDX-License-Identifier: Apache-2.0
package dev.perch.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.SplittableRandom;

/** What a client sends on one connection, made up from a seed: something like HTTP, with something wrong in it. */
final class Malformed {
    private static final String[] METHODS = {
        "GET", "GET", "GET", "POST", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "X-Y"
    };
    private static final String[] PATHS = {
        "/mailbox/a",
        "/mailbox/b",
        "/topic/t",
        "/broadcast",
        "/mailbox/a/topic/t",
        "/mailbox/a/status",
        "/topic/t/status",
        "/reply/x",
        "/health/live",
        "/metrics",
        "/",
        "/index.html",
        "/mailbox/",
        "/mailbox",
        "/topic//",
        "/nothing",
        "/%",
        "/mailbox/..",
        "/mailbox/%2e",
        "/mailbox/_x",
        "/topic/_stats",
        "/mailbox/a%00",
        "/mailbox/a;b",
        "/mailbox/%ff",
        "*"
    };
    private static final String[] NAMES = {
        "after",
        "limit",
        "format",
        "topic",
        "type",
        "from",
        "ttl",
        "except",
        "receipt",
        "lastEventId",
        "last_event_id",
        "callback",
        "envelope",
        "echo",
        "to",
        "key",
        "_",
        "",
        "wait",
        "beat",
        "open"
    };
    private static final String[] VALUES = {
        "",
        "0",
        "1",
        "-1",
        "start",
        "now",
        "k3.42",
        "k3.42-w",
        "m1.99999999999999999999",
        "x.-1",
        ".",
        "..",
        "%",
        "%zz",
        "%00",
        "%0d%0aX:y",
        "%ff%fe",
        "%ED%A0%80",
        "+",
        "99999999999999999999",
        "1e9",
        "0x10",
        "NaN",
        "json",
        "sse",
        "text",
        "ndjson",
        "xml",
        "acked",
        "a",
        "_broadcast",
        "%C3%A4",
        "\"",
        "'",
        "<b>",
        "{}",
        "[",
        "gap",
        "\u00e4",
        "&",
        "=",
        ";",
        "1.5",
        "true",
        "k3.9223372036854775807",
        "k3.-9223372036854775808",
        "a%20b",
        "mailbox/b",
        "topic/"
    };
    private static final String[] FIELDS = {
        "Accept", "Accept", "Last-Event-ID", "If-None-Match", "Prefer", "Idempotency-Key", "Content-Type", "Origin",
        "Sec-Purpose", "Range", "Expect", "Connection", "Upgrade", "Content-Encoding", "X-Forwarded-For", "Forwarded",
        "Cookie", "Authorization", "HTTP2-Settings", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Via", "TE",
                "Trailer"
    };
    private static final String[] FIELD_VALUES = {
        "text/event-stream",
        "application/x-ndjson",
        "text/plain",
        "*/*;q=x",
        "text/*;q=2,,;",
        "\"k3.1\"",
        "W/\"k3.1-gzip\"",
        "wait=",
        "wait=-1",
        "wait=99999999999",
        "respond-async",
        "application/json",
        "text/plain; charset=utf-16",
        "text/plain; charset=klingon",
        "text/plain; charset=",
        "text/plain; charset=\"",
        "text/html;;;",
        "/",
        "close",
        "keep-alive, Upgrade",
        "h2c",
        "websocket",
        "100-continue",
        "gzip",
        "identity",
        "bytes=0-",
        "null",
        "http://x",
        "prefetch",
        "AAMAAABk",
        "dGhlIHNhbXBsZSBub25jZQ==",
        "13",
        "Bearer ",
        "Basic !!",
        "\t",
        "\u00ff",
        "a=b; c=\"",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
        "multipart/form-data",
        "k3.42"
    };
    private static final String[] BODIES = {
        "",
        "hello",
        "{\"a\":[1,{\"b\":null}],\"c\":\"\\ud800\"}",
        "{\"a\":1}\n{\"b\":2}\n",
        "message=a%20b&x=%",
        "message=%ff",
        "[[[[[[[[",
        "\"\\u0000\"",
        "1e999999",
        "-",
        "nul",
        "\u00ef\u00bb\u00bf{}",
        "\u00c3(",
        "{\"a\":1,\"a\":2}",
        "\n\n\n"
    };
    private static final String[] COMMANDS = {
        "{\"to\":\"mailbox/b\",\"data\":1,\"key\":\"k\"}",
        "{\"ack\":\"k3.1\"}",
        "{\"ack\":null}",
        "{\"to\":7}",
        "[]",
        "{",
        "\"x\"",
        "{\"to\":\"broadcast\",\"data\":\"\\ud800\"}",
        "{\"ack\":\"k3.1\",\"to\":\"topic/t\"}",
        "",
        "hello"
    };
    private static final String HANDSHAKE = String.join(
            "\r\n",
            " HTTP/1.1",
            "Host: localhost",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "",
            "");
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    /** GET http / with nothing else, from the static table (RFC 7541 appendix A). */
    private static final byte[] HEADERS = {
        (byte) 0x82, (byte) 0x86, (byte) 0x84, 0x41, 0x09, 'l', 'o', 'c', 'a', 'l', 'h', 'o', 's', 't'
    };

    private final SplittableRandom random;

    Malformed(long seed) {
        random = new SplittableRandom(seed);
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private String any(String[] of) {
        return of[random.nextInt(of.length)];
    }

    /** So many requests that end where they say, wrong in what they ask for. */
    byte[] requests(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(request());
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    private String request() {
        StringBuilder text = new StringBuilder();
        text.append(any(METHODS)).append(' ').append(any(PATHS)).append("?wait=0");
        for (int i = random.nextInt(4); i > 0; i--) {
            text.append('&').append(any(NAMES)).append('=').append(oneIn(8) ? noise(random.nextInt(40)) : any(VALUES));
        }
        text.append(" HTTP/1.1\r\nHost: localhost\r\n");
        for (int i = random.nextInt(4); i > 0; i--) {
            String value = any(oneIn(3) ? VALUES : FIELD_VALUES);
            text.append(any(FIELDS)).append(": ").append(value).append("\r\n");
        }
        String body = oneIn(3) ? changed(any(BODIES)) : any(BODIES);
        if (oneIn(3)) {
            text.append("Transfer-Encoding: chunked\r\n\r\n");
            if (!body.isEmpty()) {
                text.append(Integer.toHexString(body.length()))
                        .append("\r\n")
                        .append(body)
                        .append("\r\n");
            }
            return text.append("0\r\n\r\n").toString();
        }
        return text.append("Content-Length: ")
                .append(body.length())
                .append("\r\n\r\n")
                .append(body)
                .toString();
    }

    private String noise(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) (0x21 + random.nextInt(0x5e)));
        }
        return text.toString();
    }

    /** One request, or two, with bytes that are changed wherever they are, its framing included. */
    byte[] broken() {
        String text = request() + (oneIn(2) ? request() : "");
        return changed(oneIn(4) ? text.replace("\r\n", "\n") : text).getBytes(ISO_8859_1);
    }

    /** The text with up to four places changed: other bytes, more, fewer, twice, or cut off. */
    private String changed(String text) {
        StringBuilder changed = new StringBuilder(text);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(changed.length() + 1);
            int end = Math.min(changed.length(), at + 1 + random.nextInt(8));
            switch (random.nextInt(5)) {
                case 0 -> changed.insert(at, (char) random.nextInt(256));
                case 1 -> changed.delete(at, end);
                case 2 -> changed.insert(at, changed.substring(at, end));
                case 3 -> changed.replace(at, end, String.valueOf((char) random.nextInt(256)));
                default -> changed.setLength(oneIn(4) ? at : changed.length());
            }
        }
        return changed.toString();
    }

    /** A handshake for a WebSocket and so many frames, of which some are none (RFC 6455 section 5.2). */
    byte[] frames(int count) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String path = any(new String[] {"/", "/mailbox/a", "/topic/t", "/broadcast"});
        String query = any(
                new String[] {"", "?format=json", "?to=mailbox/b", "?echo=1", "?" + any(NAMES) + "=" + any(VALUES)});
        bytes.writeBytes(("GET " + path + query + HANDSHAKE).getBytes(ISO_8859_1));
        for (int i = 0; i < count; i++) {
            frame(bytes);
        }
        return bytes.toByteArray();
    }

    private void frame(ByteArrayOutputStream bytes) {
        byte[] payload = (oneIn(2) ? any(COMMANDS) : changed(any(COMMANDS))).getBytes(ISO_8859_1);
        bytes.write(oneIn(4) ? random.nextInt(256) : (oneIn(4) ? 0 : 0x80) | random.nextInt(3));
        int mask = oneIn(20) ? 0 : 0x80;
        if (oneIn(12)) {
            bytes.write(mask | 126 | random.nextInt(2));
            number(bytes, random.nextInt(12), random.nextLong());
        } else if (oneIn(12)) {
            bytes.write(mask | 126);
            number(bytes, 2, payload.length);
        } else {
            bytes.write(mask | (oneIn(30) ? random.nextInt(126) : Math.min(125, payload.length)));
        }
        if (mask != 0) {
            bytes.writeBytes(new byte[4]);
        }
        bytes.writeBytes(payload);
    }

    /** The beginning of HTTP/2 and so many frames, of which some are none (RFC 9113 section 4.1). */
    byte[] http2(int count) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes((oneIn(10) ? changed(PREFACE) : PREFACE).getBytes(ISO_8859_1));
        bytes.writeBytes(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
        for (int i = 0; i < count; i++) {
            byte[] payload = oneIn(3) ? changed(any(BODIES)).getBytes(ISO_8859_1) : HEADERS.clone();
            if (payload.length > 0 && oneIn(3)) {
                payload[random.nextInt(payload.length)] = (byte) random.nextInt(256);
            }
            number(bytes, 3, oneIn(10) ? random.nextInt(1 << 24) : payload.length);
            bytes.write(oneIn(2) ? 1 : random.nextInt(12));
            bytes.write(oneIn(3) ? random.nextInt(256) : 5);
            number(bytes, 4, oneIn(8) ? random.nextInt() : 1 + 2 * i);
            bytes.writeBytes(payload);
        }
        return bytes.toByteArray();
    }

    private static void number(ByteArrayOutputStream bytes, int length, long value) {
        for (int i = length - 1; i >= 0; i--) {
            bytes.write((int) (value >>> (8 * i)));
        }
    }
}
