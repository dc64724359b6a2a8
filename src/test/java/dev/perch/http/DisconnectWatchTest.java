// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.perch.mailbox.End;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DisconnectWatchTest {
    private final AtomicInteger failures = new AtomicInteger();
    private final DisconnectWatch watch = new DisconnectWatch(this::run);
    private SocketChannel client;
    private SocketChannel connection;

    private void run(Runnable task) {
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new OutOfMemoryError("for the share");
        }
        task.run();
    }

    @BeforeEach
    void connect() throws IOException {
        watch.start();
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            client = SocketChannel.open(listening.getLocalAddress());
            connection = listening.accept();
            connection.configureBlocking(false);
        }
    }

    @AfterEach
    void close() throws IOException {
        watch.close();
        client.close();
        connection.close();
    }

    @Test
    void aReadWhoseClientGoesAwayIsEnded() throws Exception {
        Read read = new Read(connection);
        watch.watch(read);
        client.close();
        assertEquals(End.GONE, read.ended());
    }

    @Test
    void aLookThatFailsIsNeitherTheLastOneNorForgetsWhatItFound() throws Exception {
        Read read = new Read(connection);
        failures.set(2);
        watch.watch(read);
        client.close();
        assertEquals(End.GONE, read.ended());
        aLook();
    }

    @Test
    void aReadWhoseClientSendsMoreIsEnded() throws Exception {
        Read read = new Read(connection);
        watch.watch(read);
        send();
        assertEquals(End.GONE, read.ended());
    }

    @Test
    void aReadThatIsOverIsLeftAloneAndTheNextOneOfItsConnectionIsWatched() throws Exception {
        Read over = new Read(connection);
        watch.watch(over);
        watch.forget(over);
        send();
        aLook();
        receive();
        Read next = new Read(connection);
        watch.watch(next);
        aLook();
        assertFalse(over.end.isDone() || next.end.isDone());
        client.close();
        assertEquals(End.GONE, next.ended());
        assertFalse(over.end.isDone());
    }

    @Test
    void aReadIsStillWatchedWhenItTakesTheNextPlaceAtOnce() throws Exception {
        for (int i = 0; i < 1000; i++) {
            Read over = new Read(connection);
            watch.watch(over);
            watch.forget(over);
        }
        Read next = new Read(connection);
        watch.watch(next);
        aLook();
        assertFalse(next.end.isDone());
        client.close();
        assertEquals(End.GONE, next.ended());
    }

    @Test
    void allOfManyClientsThatGoAwayAtOnceAreNoticed() throws Exception {
        List<SocketChannel> clients = new ArrayList<>();
        List<Read> reads = new ArrayList<>();
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            // More than a system tells of at a time, which is 1,024 where that is known.
            for (int i = 0; i < 2500; i++) {
                clients.add(SocketChannel.open(listening.getLocalAddress()));
                SocketChannel accepted = listening.accept();
                accepted.configureBlocking(false);
                reads.add(new Read(accepted));
                watch.watch(reads.get(i));
            }
            for (SocketChannel gone : clients) {
                gone.close();
            }
            for (Read read : reads) {
                assertEquals(End.GONE, read.ended());
            }
        } finally {
            for (Read read : reads) {
                read.channel().close();
            }
        }
    }

    /** Returns when the watch has looked at all connections once more, as the end of another one tells. */
    private void aLook() throws Exception {
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SocketChannel brief = SocketChannel.open(listening.getLocalAddress());
            try (SocketChannel accepted = listening.accept()) {
                accepted.configureBlocking(false);
                Read read = new Read(accepted);
                watch.watch(read);
                brief.close();
                assertEquals(End.GONE, read.ended());
            }
        }
    }

    private void send() throws IOException {
        client.write(ByteBuffer.wrap(new byte[] {'G'}));
    }

    private void receive() throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        while (one.hasRemaining()) {
            connection.read(one);
        }
    }

    private record Read(SelectableChannel channel, CompletableFuture<End> end) implements OpenRead {
        Read(SelectableChannel channel) {
            this(channel, new CompletableFuture<>());
        }

        @Override
        public String kind() {
            return "test";
        }

        @Override
        public void end(End why) {
            end.complete(why);
        }

        End ended() throws Exception {
            return end.get(10, TimeUnit.SECONDS);
        }
    }
}
