// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.perch.ChildServer;
import dev.perch.TestServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a server: everybody who waits is answered, and comes back elsewhere. */
final class DrainIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void parkedPollsAreAnsweredEmptyWithTheirCursor() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient client = new TestClient(server);
            client.publish("mailbox/a", "x");
            String cursor = client.poll("mailbox/a").cursor();
            List<CompletableFuture<Reply>> parked = new ArrayList<>();
            parked.add(client.parkAs(1, "mailbox/a"));
            for (int i = 2; i <= 6; i++) {
                parked.add(client.parkAs(i, "mailbox/a?after=" + cursor));
            }
            CompletableFuture<Reply> text = client.parkAs(1, "mailbox/b?format=text");
            CompletableFuture<Reply> topic = client.parkAs(1, "topic/t");
            CompletableFuture<Void> drained = CompletableFuture.runAsync(server::drain);
            for (CompletableFuture<Reply> each : parked) {
                Reply reply = TestClient.get(each).assertStatus(200);
                assertEquals("drain", reply.string("ended"));
                assertEquals(List.of(), reply.messages());
                assertEquals(cursor, reply.cursor());
                assertEquals("close", reply.header("Connection"));
            }
            assertEquals("drain", TestClient.get(text).assertStatus(204).header("Perch-Ended"));
            assertEquals("drain", TestClient.get(topic).assertStatus(200).string("ended"));
            drained.get(10, TimeUnit.SECONDS);
            assertEquals(0, server.openPolls());
        }
    }

    @Test
    void whatIsNewIsSentAwayAndReadinessFails() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient client = new TestClient(server);
            for (int i = 0; i < 8; i++) {
                client.parkAs(1, "mailbox/m" + i);
            }
            try (RawClient early = RawClient.connect(server);
                    RawClient poll = RawClient.connect(server);
                    RawClient publish = RawClient.connect(server);
                    RawClient ready = RawClient.connect(server)) {
                early.request("GET", "/mailbox/early");
                client.awaitParked("mailbox/early", 1);
                CompletableFuture<Void> drained = CompletableFuture.runAsync(server::drain);
                await().atMost(SOON).until(() -> server.openPolls() < 9);
                Reply refused = poll.request("GET", "/mailbox/new").receive().assertProblem(503, "draining");
                assertTrue(Integer.parseInt(refused.header("Retry-After")) > 0);
                publish.post("/mailbox/new", "text/plain", "x".getBytes(UTF_8));
                publish.receive().assertProblem(503, "draining");
                ready.request("GET", "/health/ready").receive().assertProblem(503, "draining");
                assertEquals("drain", early.receive().assertStatus(200).string("ended"));
                assertEquals(-1, early.read());
                drained.get(10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void aPublishUnderWayIsFinished() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient client = new TestClient(server);
            CompletableFuture<Reply> parked = client.parkAs(1, "mailbox/a");
            try (RawClient publish = RawClient.connect(server)) {
                publish.request("POST", "/mailbox/b", "Content-Length: 1", "Expect: 100-continue")
                        .awaitContinue();
                CompletableFuture<Void> drained = CompletableFuture.runAsync(server::drain);
                await().atMost(SOON).until(() -> server.openPolls() == 0 || parked.isDone() || drained.isDone());
                publish.send("y").receive().assertStatus(201);
                drained.get(10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void aSignalEndsTheProgramWithStatus0AndNobodySeesAReset(@TempDir Path directory) throws Exception {
        try (ChildServer server = ChildServer.start("--data=" + directory.resolve("data"))) {
            List<Process> polls = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                polls.add(new ProcessBuilder("curl", "-sS", "-w", "%{http_code}", server.uri() + "mailbox/m" + i)
                        .redirectErrorStream(true)
                        .start());
            }
            for (int i = 0; i < 3; i++) {
                awaitParked(server.uri(), "/mailbox/m" + i);
            }
            assertEquals(0, server.terminate(), server::logged);
            for (Process poll : polls) {
                String answer = new String(poll.getInputStream().readAllBytes(), UTF_8);
                assertTrue(answer.contains("\"ended\":\"drain\"") && answer.endsWith("200"), answer);
                assertEquals(0, poll.waitFor());
            }
            assertEquals(1, server.printed().lines().count(), server::printed);
        }
    }

    private static void awaitParked(URI uri, String path) {
        await().atMost(SOON).ignoreExceptionsInstanceOf(IOException.class).until(() -> {
            try (RawClient raw = RawClient.connect(uri, 0)) {
                Reply status = raw.request("GET", path + "/status").receive();
                if (status.status() != 200) {
                    return false;
                }
                JsonObject json = JsonParser.parseString(status.text()).getAsJsonObject();
                assertFalse(json.get("parked").isJsonNull());
                return json.get("parked").getAsInt() == 1;
            }
        });
    }
}
