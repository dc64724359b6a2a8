// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.ChildServer;
import dev.perch.TestServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** One connection on which every byte is said: for requests that are no HTTP, and for clients that misbehave. */
public final class RawClient implements Closeable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    static RawClient connect(TestServer server) throws IOException {
        return connect(server.uri(), 0);
    }

    public static RawClient connect(ChildServer server) throws IOException {
        return connect(server.uri(), 0);
    }

    /** A connection whose receive buffer has about so many bytes, or the usual ones for 0. */
    public static RawClient connect(URI uri, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), PATIENCE_MILLIS);
        return new RawClient(socket);
    }

    /** A connection encrypted by the protocol, {@code TLSv1.3} or another, to a server that the context trusts. */
    static RawClient connect(URI uri, SSLContext trust, String protocol) throws IOException {
        SSLSocket socket = (SSLSocket) trust.getSocketFactory().createSocket();
        socket.setEnabledProtocols(new String[] {protocol});
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), PATIENCE_MILLIS);
        socket.startHandshake();
        return new RawClient(socket);
    }

    /** The certificate with which the server of an encrypted connection has shown itself. */
    Certificate certificate() throws IOException {
        return ((SSLSocket) socket).getSession().getPeerCertificates()[0];
    }

    /** Sends the text, one byte a character. */
    RawClient send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Sends a request without a body. */
    public RawClient request(String method, String target, String... headerLines) throws IOException {
        return send(head(method, target, headerLines) + "\r\n");
    }

    /** Sends a request with a body and its length. */
    public RawClient post(String target, String contentType, byte[] body) throws IOException {
        send(head("POST", target, "Content-Type: " + contentType, "Content-Length: " + body.length) + "\r\n");
        return send(body);
    }

    static String head(String method, String target, String... headerLines) {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n");
        for (String line : headerLines) {
            head.append(line).append("\r\n");
        }
        return head.toString();
    }

    /** The next answer on the connection; interim ones are left out. */
    public Reply receive() throws IOException {
        return receive(true);
    }

    /** Waits until the server asks for the body, and so has begun with the request (RFC 9110 section 10.1.1). */
    void awaitContinue() throws IOException {
        String status = line();
        if (!status.startsWith("HTTP/1.1 100") || !line().isEmpty()) {
            throw new IOException("not asked to continue: " + status);
        }
    }

    /** The next answer, which is one to HEAD: it has no body, whatever its length. */
    Reply receiveHead() throws IOException {
        return receive(false);
    }

    private Reply receive(boolean withBody) throws IOException {
        String[] status = line().split(" ", 3);
        if (!status[0].startsWith("HTTP/1.")) {
            throw new IOException("not an HTTP answer: " + String.join(" ", status));
        }
        int code = Integer.parseInt(status[1]);
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.merge(line.substring(0, colon), line.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
        }
        if (code < 200 && code != 101) {
            return receive(withBody);
        }
        return new Reply(code, headers, withBody && code != 204 ? body(headers) : new byte[0]);
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        if ("chunked".equals(headers.get("Transfer-Encoding"))) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
                body.write(exactly(size));
                line();
            }
            line();
            return body.toByteArray();
        }
        String length = headers.get("Content-Length");
        return length == null ? in.readAllBytes() : exactly(Integer.parseInt(length));
    }

    private byte[] exactly(int size) throws IOException {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException("the answer ends after " + bytes.length + " of " + size + " bytes");
        }
        return bytes;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ends where an answer should be");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** The next byte, or -1 when the server has closed. */
    int read() throws IOException {
        return in.read();
    }

    /** For how long a read waits at most. */
    public RawClient patience(int millis) throws IOException {
        socket.setSoTimeout(millis);
        return this;
    }

    /** Says that nothing more will be sent, and still listens. */
    RawClient halfClose() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Breaks the connection so that the other side sees a reset. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
