// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.StringRequestContent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code reply=1}: a publisher that waits for the answer of whoever reads its message. */
final class ReplyIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String LATE = "/reply/AAAAAAAAAAAAAAAAAAAAAA";

    private final TestServer server = TestServer.start("--parked=8", "--body=1000");
    private final TestClient client = new TestClient(server);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void theFirstReplyIsTheAskersAndLaterOnesComeTooLate() {
        CompletableFuture<Reply> asked = ask("mailbox/worker?reply=1&wait=20", "6 * 7");
        Reply question = client.poll("mailbox/worker");
        String path = question.messages().get(0).get("reply").getAsString();
        assertTrue(path.matches("/reply/[A-Za-z0-9_-]{22}"), path);
        Reply replied = client.publish(path + "?from=worker&type=result", "42").assertStatus(200);
        assertEquals("{\"replied\":true}\n", replied.text());
        Reply answer = TestClient.get(asked).assertStatus(200);
        assertEquals("42", answer.text());
        assertEquals("text/plain;charset=utf-8", answer.header("Content-Type"));
        assertEquals(question.cursor(), answer.header("Message-Id"));
        assertEquals("worker", answer.header("Message-From"));
        assertEquals("result", answer.header("Message-Type"));
        assertEquals("no-store, no-transform", answer.header("Cache-Control"));
        assertEquals("nosniff", answer.header("X-Content-Type-Options"));
        assertEquals("sandbox", answer.header("Content-Security-Policy"));
        client.publish(path, "43").assertProblem(410, "nobody-asks");
        assertEquals(0, server.openPolls());
        assertEquals(1, client.status("mailbox/worker").json().get("messages").getAsInt(), "a reply is not stored");
    }

    @Test
    void theTextViewNamesThePathInAHeader() {
        CompletableFuture<Reply> asked = ask("mailbox/worker?reply=1&wait=20", "6 * 7");
        Reply question = client.poll("mailbox/worker?format=text");
        assertEquals("6 * 7", question.text());
        client.publish(question.header("Message-Reply"), null, "{\"n\":42}".getBytes(UTF_8), "Accept", "*/*")
                .assertStatus(200);
        assertEquals("{\"n\":42}", TestClient.get(asked).text());
    }

    @Test
    void aReplyKeepsItsTypeUnlessABrowserCouldRunIt() {
        assertEquals(
                "application/json", answerTo("application/json", "{\"n\": 42}").header("Content-Type"));
        Reply bytes = answerTo("image/png", "\u0000\u0001");
        assertEquals("image/png", bytes.header("Content-Type"));
        assertArrayEquals(new byte[] {0, 1}, bytes.body());
        assertEquals("bytes", answerTo("image/x;charset=klingon", "bytes").text());
        for (String active : List.of("text/html", "image/svg+xml", "application/xml", "text/javascript")) {
            Reply harmless = answerTo(active, "<script>1</script>");
            assertEquals("text/plain;charset=utf-8", harmless.header("Content-Type"), active);
            assertEquals("<script>1</script>", harmless.text());
        }
        assertEquals(
                "50 % & more",
                answerTo("application/x-www-form-urlencoded", "message=50+%25+%26+more")
                        .text());
    }

    private Reply answerTo(String contentType, String reply) {
        CompletableFuture<Reply> asked = ask("mailbox/worker?reply=1&wait=20", "?");
        client.publish(pathOfNext(), contentType, reply).assertStatus(200);
        return TestClient.get(asked).assertStatus(200);
    }

    @Test
    void whenNobodyRepliesInTimeTheMessageIsStillThere() {
        Reply late = TestClient.get(ask("mailbox/worker?reply=1&wait=1", "6 * 7"));
        late.assertProblem(504, "no-reply");
        Reply question = client.poll("mailbox/worker");
        assertEquals(List.of("6 * 7"), question.data());
        assertEquals(question.cursor(), late.string("id"));
        assertEquals("wait", late.string("ended"));
        String path = question.messages().get(0).get("reply").getAsString();
        client.publish(path, "42").assertProblem(410, "nobody-asks");
        TestClient.get(ask("mailbox/worker?reply=1&wait=0", "?")).assertProblem(504, "no-reply");
    }

    @Test
    void aReplyThatIsRefusedLeavesTheAskOpen() {
        CompletableFuture<Reply> asked = ask("mailbox/worker?reply=1&wait=20", "?");
        String path = pathOfNext();
        client.publish(path, "application/json", "{").assertProblem(400, "bad-body");
        client.publish(path, "application/x-ndjson", "1\n2\n").assertProblem(400, "bad-body");
        client.publish(path, "text/plain", "\u00e9".getBytes(ISO_8859_1)).assertProblem(400, "bad-body");
        client.publish(path, "x".repeat(1001)).assertProblem(413, "too-large");
        client.publish(path, "text/plain", "x", "Content-Encoding", "gzip").assertProblem(415, "unsupported");
        client.request("GET", path).assertProblem(405, "method-not-allowed");
        assertEquals(
                "POST, OPTIONS",
                client.request("OPTIONS", path).assertStatus(204).header("Allow"));
        client.publish(path, "at last").assertStatus(200);
        assertEquals("at last", TestClient.get(asked).text());
    }

    @Test
    void aPathThatNobodyWasGivenIsNotTaken() {
        client.publish(LATE, "x").assertProblem(410, "nobody-asks");
        for (String wrong : List.of("/reply/", "/reply", "/reply/me", LATE + "A", LATE + "/x", "/reply/%41%41")) {
            client.publish(wrong, "x").assertProblem(404, "not-found");
        }
    }

    @Test
    void whatCannotHaveOneIsToldSo() {
        for (String wrong : List.of(
                "topic/news?reply=1",
                "broadcast?reply=1",
                "mailbox/worker?reply=yes",
                "mailbox/worker?reply=1&key=k")) {
            client.publish(wrong, "x").assertProblem(400, "bad-parameter");
        }
        client.publish("mailbox/worker?reply=1", "application/x-ndjson", "1\n2\n")
                .assertProblem(400, "bad-parameter");
        client.publish("mailbox/_mine?reply=1", "x").assertProblem(403, "reserved-name");
        assertEquals(404, client.status("mailbox/worker").status(), "nothing was stored");
        assertEquals(0, server.openPolls());
    }

    @Test
    void whenTheAskerHasGoneTheReplierIsTold() throws Exception {
        String path;
        try (RawClient raw = RawClient.connect(server)) {
            raw.post("/mailbox/worker?reply=1&wait=100", "text/plain", "?".getBytes(UTF_8));
            path = pathOfNext();
        }
        await().atMost(SOON).until(() -> server.openPolls() == 0);
        client.publish(path, "42").assertProblem(410, "nobody-asks");
        assertTrue(client.poll("metrics").text().contains("perch_asks_total{by=\"gone\"} 1.0"));
    }

    @Test
    void anAskerOverHttp2MayTakeItsRequestBack() {
        try (Http2Client http2 = new Http2Client(server)) {
            for (String parameter : List.of("reply=1", "receipt=acked")) {
                CompletableFuture<Reply> asked =
                        http2.post("mailbox/worker?wait=60&" + parameter, new StringRequestContent("?"));
                await().atMost(SOON).until(() -> server.openPolls() == 1);
                asked.cancel(true);
                await().atMost(SOON).until(() -> server.openPolls() == 0);
            }
        }
        client.publish(pathOfNext(), "42").assertProblem(410, "nobody-asks");
    }

    @Test
    void aDrainAnswersTheAsker() throws Exception {
        CompletableFuture<Reply> asked = ask("mailbox/worker?reply=1&wait=20", "?");
        await().atMost(SOON).until(() -> server.openPolls() == 1);
        CompletableFuture<Void> drained = CompletableFuture.runAsync(server::drain);
        Reply reply = TestClient.get(asked).assertProblem(504, "no-reply");
        assertEquals("drain", reply.string("ended"));
        assertEquals("close", reply.header("Connection"));
        drained.get(10, TimeUnit.SECONDS);
    }

    @Test
    void asksAreBoundedWithTheParkedPolls() {
        List<CompletableFuture<Reply>> asked = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            asked.add(ask("mailbox/m" + i + "?reply=1&wait=3", "?"));
        }
        await().atMost(SOON).until(() -> server.openPolls() == 8);
        client.publish("mailbox/more?reply=1", "?").assertProblem(503, "too-many-polls");
        assertEquals(404, client.status("mailbox/more").status(), "nothing was stored");
        assertTrue(client.poll("metrics").text().contains("perch_polls_parked{kind=\"reply\"} 8.0"));
        asked.forEach(each -> TestClient.get(each).assertProblem(504, "no-reply"));
    }

    @Test
    void ofRepliesThatRaceWithEachOtherAndTheEndOfTheWaitOneAnswersAtMost() {
        long seed = Long.getLong("perch.seed", new SplittableRandom().nextLong());
        System.out.println("ReplyIT: seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 30; round++) {
            CompletableFuture<Reply> asked = ask("mailbox/worker?reply=1&wait=" + random.nextInt(2), "?");
            String path = pathOfNext();
            List<CompletableFuture<Reply>> replies = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                replies.add(client.post(path, "text/plain", ("reply " + i).getBytes(UTF_8)));
            }
            List<Integer> first = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                if (TestClient.get(replies.get(i)).status() == 200) {
                    first.add(i);
                }
            }
            Reply answer = TestClient.get(asked);
            if (first.isEmpty()) {
                answer.assertProblem(504, "no-reply");
            } else {
                assertEquals(1, first.size(), "seed " + seed);
                assertEquals("reply " + first.get(0), answer.assertStatus(200).text());
            }
        }
    }

    @Test
    void eachAskHasAPathOfItsOwn() {
        ask("mailbox/worker?reply=1&wait=1", "a");
        String one = pathOfNext();
        ask("mailbox/worker?reply=1&wait=1", "b");
        assertNotEquals(one, pathOfNext());
    }

    private CompletableFuture<Reply> ask(String path, String text) {
        return client.post(path, "text/plain", text.getBytes(UTF_8));
    }

    /** The path of the next message that nobody was handed yet. */
    private String pathOfNext() {
        return client.poll("mailbox/worker?limit=1")
                .messages()
                .get(0)
                .get("reply")
                .getAsString();
    }
}
