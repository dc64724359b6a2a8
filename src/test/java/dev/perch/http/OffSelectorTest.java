// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.perch.connection.Turnaround;
import java.util.ArrayDeque;
import java.util.Queue;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.junit.jupiter.api.Test;

final class OffSelectorTest {
    /** More than one thread handles of one connection before it lets another one do it. */
    private static final int MANY = 1000;

    private final Queue<Runnable> pool = new ArrayDeque<>();
    private int handled;

    private final OffSelector selector = new OffSelector(
            new Handler.Abstract() {
                @Override
                public boolean handle(Request request, Response response, Callback callback) {
                    handled++;
                    return true;
                }
            },
            new Turnaround(pool::add));

    OffSelectorTest() {
        Server server = mock(Server.class);
        ThreadPool threads = mock(ThreadPool.class);
        doAnswer(call -> {
                    pool.add(call.getArgument(0));
                    return null;
                })
                .when(threads)
                .execute(any());
        when(server.getThreadPool()).thenReturn(threads);
        selector.setServer(server);
    }

    private void handle(String path, Connection connection) throws Exception {
        Request request = mock(Request.class);
        ConnectionMetaData meta = mock(ConnectionMetaData.class);
        when(request.getHttpURI()).thenReturn(HttpURI.from("http://localhost" + path));
        when(request.getConnectionMetaData()).thenReturn(meta);
        when(meta.getConnection()).thenReturn(connection);
        assertTrue(selector.handle(request, mock(Response.class), mock(Callback.class)));
    }

    @Test
    void whatIsAboutMailboxesIsHandledAtOnce() throws Exception {
        for (String path : new String[] {"/mailbox/a", "/topic/a", "/broadcast", "/reply/a", "/health/live"}) {
            handle(path, mock(Connection.class));
        }
        assertEquals(5, handled);
        assertTrue(pool.isEmpty());
    }

    @Test
    void pagesAndMetersGoToThePool() throws Exception {
        handle("/", mock(Connection.class));
        handle("/metrics", mock(Connection.class));
        assertEquals(0, handled);
        pool.forEach(Runnable::run);
        assertEquals(2, handled);
    }

    @Test
    void requestsThatOneClientSendsAheadAreHandledByMoreThanThisThread() throws Exception {
        Connection greedy = mock(Connection.class);
        for (int i = 0; i < MANY && pool.isEmpty(); i++) {
            handle("/mailbox/a", greedy);
        }
        assertEquals(1, pool.size());
        int before = handled;
        handle("/mailbox/b", mock(Connection.class));
        assertEquals(before + 1, handled);
        pool.remove().run();
        assertEquals(before + 2, handled);
    }

    @Test
    void requestsOfManyClientsByTurnsAreAllHandledAtOnce() throws Exception {
        Connection one = mock(Connection.class);
        Connection other = mock(Connection.class);
        for (int i = 0; i < MANY; i++) {
            handle("/mailbox/a", one);
            handle("/mailbox/b", other);
        }
        assertEquals(2 * MANY, handled);
        assertTrue(pool.isEmpty());
    }
}
