// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import java.io.IOException;
import java.lang.System.Logger;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.Scheduler;

/** Accepts connections, spends as little memory on each as can be done from here, and lets its selectors be used. */
public final class FrugalConnector extends ServerConnector {
    private static final Logger LOG = System.getLogger(FrugalConnector.class.getName());

    private final AtomicInteger turn = new AtomicInteger();

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

    /**
     * Has a selector run something on its own thread before it selects again, by which it must not be kept waiting. One
     * that sleeps is woken. Selectors take turns; when the server has stopped nothing is run. Any thread may call it.
     */
    public void onSelector(Runnable task) {
        ManagedSelector[] selectors =
                getSelectorManager().getBeans(ManagedSelector.class).toArray(ManagedSelector[]::new);
        if (selectors.length > 0) {
            int next = Math.floorMod(turn.getAndIncrement(), selectors.length);
            selectors[next].submit(selector -> task.run());
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
