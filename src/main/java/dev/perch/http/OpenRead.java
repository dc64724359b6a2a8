// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.mailbox.End;
import java.nio.channels.SelectableChannel;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SelectableChannelEndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;

/** A request whose client has not got the end of its answer: a poll, a stream, or a publish that waits for more. */
interface OpenRead {
    /** Its kind, as the meters name it. */
    String kind();

    /** The socket whose state tells whether the client is there, or null where something else tells. */
    SelectableChannel channel();

    /** Ends it in order, unless something else was quicker. Any thread may call it. */
    void end(End why);

    /** The socket that the request has for itself; null over HTTP/2, which tells of the end of a request by itself. */
    static SelectableChannel channel(ServletContextRequest request) {
        ConnectionMetaData connection = request.getConnectionMetaData();
        if (connection.getHttpVersion() == HttpVersion.HTTP_2) {
            return null;
        }
        EndPoint endPoint = connection.getConnection().getEndPoint();
        if (endPoint instanceof EndPoint.Wrapper encrypted) {
            endPoint = encrypted.unwrap();
        }
        return endPoint instanceof SelectableChannelEndPoint socket ? socket.getChannel() : null;
    }
}
