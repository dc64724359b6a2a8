// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import jakarta.servlet.http.HttpServletRequest;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.server.HttpStream;

/**
 * The stream of a request whose body is not read to its end. Over HTTP/2 it is then reset with {@code NO_ERROR}, which
 * tells the client to stop sending and to keep the answer (RFC 9113 section 8.1). Jetty has that reset for such a body,
 * but looks for the reason where it has wrapped it by then, and takes {@code CANCEL}: clients throw the answer away.
 */
final class UnreadBody extends HttpStream.Wrapper {
    private UnreadBody(HttpStream wrapped) {
        super(wrapped);
    }

    /** Says of a request, before it is answered, that its body is not read to its end. */
    static void of(HttpServletRequest request) {
        ServletContextRequest.getServletContextRequest(request).addHttpStreamWrapper(UnreadBody::new);
    }

    @Override
    public void failed(Throwable cause) {
        super.failed(cause.getCause() == CONTENT_NOT_CONSUMED ? CONTENT_NOT_CONSUMED : cause);
    }
}
