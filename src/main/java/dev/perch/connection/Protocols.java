// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.SslConnectionFactory;

/** What is spoken on a connection: HTTP/1.1 and HTTP/2, encrypted or not. */
public final class Protocols {
    private static final int STREAMS_PER_CONNECTION = 1024;

    private Protocols() {}

    /** Without encryption; a client that {@linkplain PriorKnowledge knows of it} may begin with HTTP/2. */
    public static ConnectionFactory[] plain(HttpConfiguration http, Deadlines deadlines) {
        return new ConnectionFactory[] {
            new HttpConnectionFactory(http), manyStreams(new PriorKnowledge(http), deadlines)
        };
    }

    /** Encrypted; ALPN (RFC 7301) says which of both it is. Who comes without encryption is told so. */
    public static ConnectionFactory[] encrypted(HttpConfiguration http, Tls tls, Deadlines deadlines) {
        HttpConfiguration secure = new HttpConfiguration(http);
        // There is one server, whatever name its client knows it by.
        secure.addCustomizer(new SecureRequestCustomizer(false));
        HttpConnectionFactory http1 = new HttpConnectionFactory(secure);
        ALPNServerConnectionFactory choice = new ALPNServerConnectionFactory("h2", "http/1.1");
        choice.setDefaultProtocol(http1.getProtocol());
        SslConnectionFactory ssl = new SslConnectionFactory(tls.context(), choice.getProtocol());
        return new ConnectionFactory[] {
            new EncryptedOnly(ssl), ssl, choice, manyStreams(new HTTP2ServerConnectionFactory(secure), deadlines), http1
        };
    }

    private static ConnectionFactory manyStreams(AbstractHTTP2ServerConnectionFactory http2, Deadlines deadlines) {
        http2.setMaxConcurrentStreams(STREAMS_PER_CONNECTION);
        // A read that waits is not idle; an answer whose client takes nothing is.
        http2.setStreamIdleTimeout(deadlines.write().toMillis());
        return http2;
    }
}
