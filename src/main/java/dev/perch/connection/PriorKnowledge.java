// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData.Request;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;

/**
 * HTTP/2 without encryption for a client that knows of it, and so begins with the preface (RFC 9113 section 3.3). Who
 * begins with HTTP/1.1 stays there: a wish to go over by {@code Upgrade: h2c} is left alone, as a server may (RFC 9110
 * section 7.8), and RFC 9113 section 3.1 has given that way up. To grant it would do harm: {@code java.net.http} of
 * Java 17 to 25 asks for it unbidden on every new connection, and where the answer comes right behind the 101 and is
 * longer than some 16 kB it loses a part of it, and then fails or waits for the rest for ever.
 */
final class PriorKnowledge extends HTTP2CServerConnectionFactory {
    PriorKnowledge(HttpConfiguration http) {
        super(http);
    }

    /** Called for a preface, which until then is read as a request of HTTP/2.0, and for a request with that wish. */
    @Override
    public Connection upgradeConnection(
            Connector connector, EndPoint endPoint, Request request, HttpFields.Mutable response101) {
        return request.getHttpVersion() == HttpVersion.HTTP_2
                ? super.upgradeConnection(connector, endPoint, request, response101)
                : null;
    }
}
