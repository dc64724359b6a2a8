// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Stands between browsers and a server, passes on each byte as it comes, and cuts all connections when told to. */
final class CuttingProxy implements AutoCloseable {
    private final ServerSocket entrance = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final URI server;

    CuttingProxy(URI server) throws IOException {
        this.server = server;
        threads.execute(this::accept);
    }

    /** What a browser asks to get to the server. */
    URI uri() {
        return URI.create("http://127.0.0.1:" + entrance.getLocalPort() + "/");
    }

    private void accept() {
        try {
            while (true) {
                Socket browser = entrance.accept();
                Socket there = new Socket(server.getHost(), server.getPort());
                open.add(browser);
                open.add(there);
                threads.execute(() -> pass(browser, there));
                threads.execute(() -> pass(there, browser));
            }
        } catch (IOException e) {
            // It is closed.
        }
    }

    private void pass(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] bytes = new byte[8192];
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                out.write(bytes, 0, read);
            }
        } catch (IOException e) {
            // It is cut, by one side or from here.
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    /** Cuts every connection, in mid-sentence. */
    void cut() {
        for (Socket socket : open) {
            try (socket) {
                // So that it is reset, and not ended.
                socket.setSoLinger(true, 0);
            } catch (IOException e) {
                // Its other side was faster.
            }
        }
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        cut();
        threads.shutdownNow();
    }
}
