// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import dev.perch.format.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.DetectorConnectionFactory;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;

/** Whoever comes without encryption is told where it is, instead of a connection that closes without a word. */
final class EncryptedOnly extends DetectorConnectionFactory {
    private static final String BODY = Problem.BAD_REQUEST
            .because("this port speaks TLS; send the same request to https://")
            .json();
    private static final byte[] ANSWER = ("HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\n"
                    + "Cache-Control: no-store, no-transform\r\nX-Content-Type-Options: nosniff\r\nContent-Length: "
                    + BODY.length()
                    + "\r\nConnection: close\r\n\r\n" + BODY)
            .getBytes(StandardCharsets.US_ASCII);

    EncryptedOnly(SslConnectionFactory ssl) {
        super(ssl);
    }

    @Override
    protected void nextProtocol(Connector connector, EndPoint endPoint, ByteBuffer begun) {
        endPoint.write(
                Callback.from(() -> {
                    endPoint.shutdownOutput();
                    endPoint.close();
                }),
                ByteBuffer.wrap(ANSWER));
    }
}
