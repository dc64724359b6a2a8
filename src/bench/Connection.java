// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One connection to the server. Made anew when the server has closed it while nothing was asked. */
abstract class Connection {
    static final byte[] NOTHING = {};

    final Loop loop;
    private SocketChannel channel;
    private SelectionKey key;
    private byte[] partial = NOTHING;
    private ByteBuffer output = ByteBuffer.wrap(NOTHING);
    /** Whether something is expected from the server. */
    private boolean asked;

    Connection(Loop loop) throws IOException {
        this.loop = loop;
        open();
    }

    private void open() throws IOException {
        channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        loop.connecting++;
        boolean connected = channel.connect(loop.address);
        key = channel.register(loop.selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
        loop.connecting -= connected ? 1 : 0;
    }

    /**
     * Takes what has come.
     *
     * @return how many of the bytes are done with; the others are given again with what comes next
     */
    abstract int take(byte[] bytes);

    /** Sends what the server has to answer. */
    final void send(String request) {
        send(request.getBytes(StandardCharsets.ISO_8859_1));
    }

    final void send(byte[] bytes) {
        asked = true;
        output = ByteBuffer.wrap(bytes);
        try {
            if (!channel.isOpen()) {
                open();
            }
            flush();
        } catch (IOException e) {
            throw new IllegalStateException("a connection broke", e);
        }
    }

    /** Everything that was asked has been answered. */
    final void answered() {
        asked = false;
    }

    private void flush() throws IOException {
        if (channel.isConnected()) {
            channel.write(output);
            Loop.require(!output.hasRemaining(), "the server does not take a request");
        }
    }

    final void ready() throws IOException {
        if (key.isConnectable()) {
            channel.finishConnect();
            loop.connecting--;
            key.interestOps(SelectionKey.OP_READ);
            flush();
            return;
        }
        ByteBuffer input = loop.input.clear();
        if (channel.read(input) < 0) {
            channel.close();
            Loop.require(!asked, "the server has closed a connection that waited for an answer");
            return;
        }
        input.flip();
        byte[] all = Arrays.copyOf(partial, partial.length + input.remaining());
        input.get(all, partial.length, input.remaining());
        int done = take(all);
        partial = done == all.length ? NOTHING : Arrays.copyOfRange(all, done, all.length);
    }
}
