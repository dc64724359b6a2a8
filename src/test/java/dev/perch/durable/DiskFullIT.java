// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.ChildServer;
import dev.perch.http.RawClient;
import dev.perch.http.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk of 8 MiB that runs full under the publishers, and has room again later. */
final class DiskFullIT {
    private static final int MEBIBYTES = 8;
    private static final int LARGE = 6000;
    private static final int IN_A_ROW = 20;
    private static final int PUBLISHER = 1;
    private static final Duration SOON = Duration.ofSeconds(5);

    private final Outcomes outcomes = new Outcomes();
    private int number;

    @TempDir
    Path directory;

    @Test
    void aFullDiskRefusesWhatIsNewAndPublishingGoesOnWhenThereIsRoom() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(directory, MEBIBYTES)) {
            Path ballast = disk.ballast(2);
            try (ChildServer server = start(disk)) {
                fill(server);
                assertReadyFails(server);
                outcomes.assertKept(server);
                Files.delete(ballast);
                awaitPublishing(server);
                await().atMost(SOON).until(() -> get(server, "/health/ready").status() == 200);
                outcomes.assertKept(server);
                fill(server);
                outcomes.assertKept(server);
            }
        }
    }

    @Test
    void aProcessThatIsKilledOnAFullDiskLeavesWhatItHadAcknowledged() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(directory, MEBIBYTES)) {
            try (ChildServer server = start(disk)) {
                fill(server);
                server.kill();
            }
            try (ChildServer server = start(disk)) {
                outcomes.assertKept(server);
                fill(server);
                outcomes.assertKept(server);
                disk.resize(2 * MEBIBYTES);
                awaitPublishing(server);
                server.kill();
            }
            try (ChildServer server = start(disk)) {
                outcomes.assertKept(server);
                fill(server);
                assertEquals(0, server.terminate(), server::logged);
            }
            disk.resize(3 * MEBIBYTES);
            try (ChildServer server = start(disk)) {
                outcomes.assertKept(server);
                awaitPublishing(server);
            }
        }
    }

    @Test
    void aParkedReadIsAnsweredWithTheFirstMessageAfterTheDiskWasFull() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(directory, MEBIBYTES)) {
            try (ChildServer server = start(disk);
                    RawClient reader = RawClient.connect(server)) {
                fill(server);
                String now = get(server, "/mailbox/m1?wait=0&after=now").cursor();
                CompletableFuture<Reply> parked = CompletableFuture.supplyAsync(() -> {
                    try {
                        return reader.request("GET", "/mailbox/m1?after=" + now).receive();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
                await().atMost(SOON)
                        .until(() -> get(server, "/mailbox/m1/status")
                                        .json()
                                        .get("parked")
                                        .getAsInt()
                                == 1);
                int before = number;
                fill(server);
                disk.resize(2 * MEBIBYTES);
                awaitPublishing(server);
                Text first = Text.parse(parked.join().data().get(0));
                assertTrue(first.number() > before, first::key);
                outcomes.assertKept(server);
            }
        }
    }

    private static ChildServer start(SmallDisk disk) throws IOException {
        return ChildServer.start(
                "--data=" + disk.path().resolve("data"), "--mailbox-messages=100000", "--mailbox-bytes=100000000");
    }

    /** Publishes until neither large messages nor small ones are taken. */
    private void fill(ChildServer server) throws IOException {
        int before = outcomes.refused();
        try (RawClient raw = RawClient.connect(server)) {
            for (int letters : new int[] {LARGE, LARGE / 20, 0}) {
                for (int row = 0; row < IN_A_ROW; ) {
                    row = publish(raw, letters) ? 0 : row + 1;
                }
            }
        }
        assertTrue(outcomes.refused() >= before + 3 * IN_A_ROW, outcomes::toString);
        assertEquals(0, outcomes.unknown(), "a full disk leaves no doubt");
    }

    private void awaitPublishing(ChildServer server) throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            await().atMost(SOON).until(() -> publish(raw, LARGE));
        }
    }

    private boolean publish(RawClient raw, int letters) throws IOException {
        return outcomes.publish(raw, new Text(PUBLISHER, number++, letters)) == Outcomes.Fate.ACKNOWLEDGED;
    }

    private static void assertReadyFails(ChildServer server) throws IOException {
        await().atMost(SOON).until(() -> get(server, "/health/ready").status() == 503);
        Reply ready = get(server, "/health/ready").assertProblem(503, "not-ready");
        assertTrue(ready.string("detail").contains("no space left"), ready::toString);
    }

    private static Reply get(ChildServer server, String target) throws IOException {
        try (RawClient raw = RawClient.connect(server)) {
            return raw.request("GET", target).receive();
        }
    }
}
