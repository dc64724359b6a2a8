// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;

/** Sends messages one after the other, each when the one before has been answered. */
final class Publisher extends HttpConnection {
    /** Run when there is nothing more to send. */
    Runnable idle = () -> {};

    private final Queue<String> waiting = new ArrayDeque<>();
    private boolean busy;

    Publisher(Loop loop) throws IOException {
        super(loop);
    }

    boolean isBusy() {
        return busy;
    }

    void publish(String path, String message) {
        String request = "POST " + path + " HTTP/1.1\r\nHost: " + loop.host
                + "\r\nUser-Agent: load\r\nContent-Type: text/plain\r\nContent-Length: " + message.length()
                + "\r\n\r\n" + message;
        if (busy) {
            waiting.add(request);
        } else {
            busy = true;
            send(request);
        }
    }

    @Override
    void answered(int status, String fields, String body) {
        Loop.require(status == 201, "a message was answered: " + fields + body);
        busy = !waiting.isEmpty();
        if (busy) {
            send(waiting.remove());
        } else {
            idle.run();
        }
    }
}
