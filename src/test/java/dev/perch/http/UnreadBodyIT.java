// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.perch.TestServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client over HTTP/2 is told whose body is too large to be read to its end (RFC 9113 section 8.1). */
final class UnreadBodyIT {
    private static final int FRAME = 16 * 1024;

    private final HTTP2Client http2 = new HTTP2Client();
    private final Answer answer = new Answer();
    private TestServer server;

    /** What comes of a stream. */
    private static final class Answer implements Stream.Listener {
        private final CompletableFuture<Integer> status = new CompletableFuture<>();
        private final CompletableFuture<Integer> reset = new CompletableFuture<>();

        @Override
        public void onHeaders(Stream stream, HeadersFrame frame) {
            status.complete(((MetaData.Response) frame.getMetaData()).getStatus());
        }

        @Override
        public void onReset(Stream stream, ResetFrame frame, Callback callback) {
            reset.complete(frame.getError());
            callback.succeeded();
        }
    }

    @BeforeEach
    void start() {
        server = TestServer.start();
        LifeCycle.start(http2);
    }

    @AfterEach
    void stop() {
        LifeCycle.stop(http2);
        server.close();
    }

    private Stream post(HttpFields fields) throws Exception {
        URI uri = server.uri("mailbox/a");
        Session session = http2.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), new Session.Listener() {})
                .get(10, SECONDS);
        MetaData.Request request =
                new MetaData.Request("POST", HttpURI.from(uri.toString()), HttpVersion.HTTP_2, fields);
        return session.newStream(new HeadersFrame(request, null, false), answer).get(10, SECONDS);
    }

    private void assertToldAndStopped() throws Exception {
        assertEquals(413, answer.status.get(10, SECONDS));
        assertEquals(ErrorCode.NO_ERROR.code, answer.reset.get(10, SECONDS), "CANCEL would take the answer back");
    }

    @Test
    void aBodyThatIsAnnouncedIsStoppedAndTheAnswerCounts() throws Exception {
        post(HttpFields.build().put(HttpHeader.CONTENT_LENGTH, 3_000_000));
        assertToldAndStopped();
    }

    @Test
    void aBodyOfUnknownLengthIsStoppedAndTheAnswerCounts() throws Exception {
        Stream stream = post(HttpFields.EMPTY);
        for (int sent = 0; sent < 3_000_000 && !answer.status.isDone(); sent += FRAME) {
            stream.data(new DataFrame(stream.getId(), ByteBuffer.allocate(FRAME), false))
                    .exceptionally(failure -> stream)
                    .get(10, SECONDS);
        }
        assertToldAndStopped();
    }
}
