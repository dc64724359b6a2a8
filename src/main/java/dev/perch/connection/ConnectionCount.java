// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import dev.perch.access.ClientLimits;
import dev.perch.metrics.Meters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.SelectorManager;

/** Counts the connections of each address, and closes those that are too many before anything is made of them. */
public final class ConnectionCount implements SelectorManager.AcceptListener {
    private final ClientLimits limits;
    private final Meters meters;

    /** Of no connections. */
    public ConnectionCount(ClientLimits limits, Meters meters) {
        this.limits = limits;
        this.meters = meters;
    }

    private static InetAddress address(SelectableChannel channel) {
        // The adaptor knows the address of a channel that is closed, too.
        return ((SocketChannel) channel).socket().getInetAddress();
    }

    @Override
    public void onAccepting(SelectableChannel channel) {
        if (!limits.connects(address(channel))) {
            meters.connectionClosed("connections-per-address");
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void onAcceptFailed(SelectableChannel channel, Throwable cause) {
        limits.disconnects(address(channel));
    }

    @Override
    public void onClosed(SelectableChannel channel) {
        limits.disconnects(address(channel));
    }
}
