// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.connection.Turnaround;
import java.util.List;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * Decides on which thread a request is handled. What is about mailboxes and topics never waits for anything, so it is
 * handled by the thread that has read it from its connection: to wake another one costs more than the work itself. All
 * else, pages and meters, may take its time or write to a slow client, and goes to a thread of the pool. So does now
 * and then a request of a client who sends many ahead, and whom others should not wait for.
 */
final class OffSelector extends Handler.Wrapper {
    private static final List<String> QUICK = List.of("/mailbox/", "/topic/", "/broadcast", "/reply/", "/health/");

    private final Turnaround turnaround;

    /** In front of that handler. */
    OffSelector(Handler inner, Turnaround turnaround) {
        super(inner);
        this.turnaround = turnaround;
    }

    /** Whatever the handlers behind it say of themselves. */
    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (isQuick(request)
                && turnaround.takesTurn(request.getConnectionMetaData().getConnection())) {
            return atOnce(request, response, callback);
        }
        getServer()
                .getThreadPool()
                .execute(Invocable.from(InvocationType.BLOCKING, () -> later(request, response, callback)));
        return true;
    }

    private static boolean isQuick(Request request) {
        String path = request.getHttpURI().getPath();
        for (String prefix : QUICK) {
            if (path.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private boolean atOnce(Request request, Response response, Callback callback) throws Exception {
        boolean outermost = turnaround.begin();
        try {
            return super.handle(request, response, callback);
        } finally {
            if (outermost) {
                turnaround.end();
            }
        }
    }

    private void later(Request request, Response response, Callback callback) {
        try {
            if (!super.handle(request, response, callback)) {
                Response.writeError(request, response, callback, 404);
            }
        } catch (Exception e) {
            Response.writeError(request, response, callback, e);
        }
    }
}
