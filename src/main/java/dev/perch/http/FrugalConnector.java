// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import java.io.IOException;
import java.lang.System.Logger;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.Scheduler;

/** Accepts connections, and spends as little memory on each as can be done from here. */
public final class FrugalConnector extends ServerConnector {
    private static final Logger LOG = System.getLogger(FrugalConnector.class.getName());

    /**
     * Has a selector for each processor, since requests are handled by the selectors themselves.
     *
     * @param executor where connections go on that have something to do
     * @param scheduler where they leave their timeouts
     * @param protocols what is spoken
     */
    public FrugalConnector(Server server, Executor executor, Scheduler scheduler, ConnectionFactory... protocols) {
        super(server, executor, scheduler, null, -1, Runtime.getRuntime().availableProcessors(), protocols);
    }

    /** As Jetty does it, but without the {@link java.net.Socket} of a channel, which would stay with it. */
    @Override
    public void accept(int acceptor) throws IOException {
        if (getTransport() instanceof ServerSocketChannel listening && listening.isOpen()) {
            SocketChannel channel = listening.accept();
            channel.configureBlocking(false);
            sendAtOnce(channel);
            getSelectorManager().accept(channel);
        }
    }

    private static void sendAtOnce(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (IOException e) {
            // Its client has gone already, of which some systems tell here; whoever reads from it will see.
            LOG.log(Logger.Level.DEBUG, "a connection ended before it began", e);
        }
    }
}
