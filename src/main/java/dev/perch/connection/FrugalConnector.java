// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import java.io.IOException;
import java.lang.System.Logger;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.Scheduler;

/** Accepts connections, with as little memory and as few threads for them as can be had from here. */
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

    /**
     * Has a selector run something on its own thread before it selects again, by which it must not be kept waiting. One
     * that sleeps is woken. Selectors take turns; when the server has stopped nothing is run. Any thread may call it.
     */
    public void onSelector(Runnable task) {
        ((Selectors) getSelectorManager()).run(task);
    }

    @Override
    protected SelectorManager newSelectorManager(Executor executor, Scheduler scheduler, int selectors) {
        return new Selectors(executor, scheduler, selectors);
    }

    /** The selectors of this connector, to which others may give work as well. */
    private final class Selectors extends ServerConnectorManager {
        private final Executor few;
        private final AtomicInteger turn = new AtomicInteger();

        Selectors(Executor executor, Scheduler scheduler, int selectors) {
            super(executor, scheduler, selectors);
            few = new FewThreads(executor);
        }

        void run(Runnable task) {
            ManagedSelector[] selectors = getBeans(ManagedSelector.class).toArray(ManagedSelector[]::new);
            if (selectors.length > 0) {
                int next = Math.floorMod(turn.getAndIncrement(), selectors.length);
                selectors[next].submit(selector -> task.run());
            }
        }

        /**
         * When they start these are the loops of the selectors, each of which takes a thread; then the beginnings and
         * ends of connections, which wait for nothing. A crowd of clients would have taken all threads of the pool.
         */
        @Override
        protected void execute(Runnable task) {
            if (isStarted()) {
                few.execute(task);
            } else {
                super.execute(task);
            }
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
