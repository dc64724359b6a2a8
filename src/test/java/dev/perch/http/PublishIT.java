// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.perch.TestServer;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishing: what a body becomes by its content type, and what the parameters say about it. */
final class PublishIT {
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String NDJSON = "application/x-ndjson";

    private static TestServer server;
    private static TestClient client;

    private String name;
    private String box;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        client = new TestClient(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void name(TestInfo test) {
        name = test.getTestMethod().orElseThrow().getName();
        box = "mailbox/" + name;
    }

    private JsonObject delivered() {
        List<JsonObject> messages = client.poll(box + "?wait=0").messages();
        assertEquals(1, messages.size());
        return messages.get(0);
    }

    @Test
    void isAnsweredWithTheIdAndHowManyWereWoken() {
        Reply reply = client.publish(box, "x").assertStatus(201);
        assertEquals(Set.of("id", "woken"), reply.json().keySet());
        assertEquals(0, reply.json().get("woken").getAsInt());
        assertEquals("application/json", reply.header("Content-Type"));
        assertTrue(reply.text().endsWith("}\n"));
        assertEquals("no-store, no-transform", reply.header("Cache-Control"));
        JsonObject message = delivered();
        assertEquals(reply.string("id"), message.get("id").getAsString());
        assertEquals(Set.of("id", "time", "data"), message.keySet());
        assertTrue(Math.abs(message.get("time").getAsLong() - System.currentTimeMillis()) < 60_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"hello", "a=b&c=d", "100%", "message", "messages=1", "{\"n\":1}", "a+b", "", "\u00e4\n\u20ac"})
    void whatCurlSendsWithDIsTextAsItStands(String text) {
        client.publish(box, FORM, text).assertStatus(201);
        assertEquals(text, delivered().get("data").getAsString());
    }

    @ParameterizedTest
    @CsvSource({"message=hi+there, hi there", "message=%C3%A4%26&send=1, ä&", "message=, ''", "message=a=b, a=b"})
    void aFormThatBeginsWithMessageGivesItsField(String form, String text) {
        client.publish(box, FORM, form).assertStatus(201);
        assertEquals(text, delivered().get("data").getAsString());
    }

    @Test
    void theTextOfAFormIsPlainTextForTheTextView() {
        client.publish(box, FORM, "hello");
        Reply reply = client.poll(box + "?format=text");
        assertEquals("text/plain;charset=utf-8", reply.header("Content-Type"));
        assertEquals("hello", reply.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"n\":1}", "[1,2]", "\"text\"", "17", "true", "{ \"a\" : [ 1 , 2 ] }"})
    void jsonArrivesAsJson(String json) {
        client.publish(box, "application/json", json).assertStatus(201);
        JsonObject message = delivered();
        assertEquals(JsonParser.parseString(json), message.get("data"));
        assertFalse(message.has("contentType"));
    }

    @Test
    void jsonNullArrivesAsNull() {
        client.publish(box, "application/json", "null").assertStatus(201);
        assertTrue(delivered().get("data").isJsonNull());
    }

    @Test
    void jsonWithSuffixAndByteOrderMarkIsJson() {
        client.publish(box, "application/cloudevents+json; charset=UTF-8", "\uFEFF{\"id\":\"1\"}")
                .assertStatus(201);
        assertEquals("1", delivered().getAsJsonObject("data").get("id").getAsString());
    }

    @Test
    void longNumbersKeepTheirDigits() {
        client.publish(box, "application/json", "{\"n\":12345678901234567890.10}")
                .assertStatus(201);
        assertTrue(client.poll(box).text().contains("{\"n\":12345678901234567890.10}"));
    }

    @Test
    void textIsReadInItsCharset() {
        client.publish(box, "text/plain; charset=ISO-8859-1", "gr\u00fcn".getBytes(ISO_8859_1))
                .assertStatus(201);
        assertEquals("grün", delivered().get("data").getAsString());
    }

    @Test
    void aBodyWithoutContentTypeIsText() {
        client.publish(box, null, "grün".getBytes(UTF_8)).assertStatus(201);
        assertEquals("grün", delivered().get("data").getAsString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/octet-stream", "image/png", "application/xml", "multipart/form-data; boundary=x"})
    void anythingElseIsBytes(String type) {
        byte[] bytes = {0, 1, (byte) 0xff, '\n', (byte) 0xc3};
        client.publish(box, type, bytes).assertStatus(201);
        JsonObject message = delivered();
        assertEquals(type, message.get("contentType").getAsString());
        assertEquals(
                Base64.getEncoder().encodeToString(bytes), message.get("base64").getAsString());
        assertFalse(message.has("data"));
    }

    @Test
    void bytesComeBackUnchangedInTheTextView() {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        client.publish(box, "application/octet-stream", bytes);
        Reply reply = client.poll(box + "?format=text");
        assertEquals("application/octet-stream", reply.header("Content-Type"));
        assertArrayEquals(bytes, reply.body());
    }

    @Test
    void aBatchIsOneMessageALine() {
        Reply reply = client.publish(box + "?type=row", NDJSON, "{\"n\":1}\n\n \"two\" \r\n3")
                .assertStatus(201);
        assertEquals(3, reply.json().get("count").getAsInt());
        Reply read = client.poll(box);
        assertEquals(List.of("{\"n\":1}", "two", "3"), read.data());
        assertTrue(read.messages().stream()
                .allMatch(message -> message.get("type").getAsString().equals("row")));
        assertEquals(reply.string("id"), read.cursor());
    }

    @Test
    void ofABatchWithABadLineNothingIsStored() {
        Reply refused = client.publish(box, NDJSON, "1\n2\n{bad\n4\n").assertProblem(400, "bad-body");
        assertTrue(refused.string("detail").contains("line 3"), refused::text);
        client.status(box).assertStatus(404);
    }

    @Test
    void aBatchThatCanNeverFitIsTooLarge() {
        client.publish(box, NDJSON, "1\n".repeat(1001)).assertProblem(413, "too-large");
        client.status(box).assertStatus(404);
        client.publish(box, NDJSON, "1\n".repeat(1000)).assertStatus(201);
    }

    @Test
    void typeAndSenderTravelWithTheMessage() {
        client.publish(box + "?type=order.new&from=bob", "x").assertStatus(201);
        JsonObject message = delivered();
        assertEquals("order.new", message.get("type").getAsString());
        assertEquals("bob", message.get("from").getAsString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "type=gap",
                "type=open",
                "type=error",
                "type=a%20b",
                "type=a%0Ab",
                "from=a/b",
                "from=..",
                "except=%20"
            })
    void aWordThatIsNoneIsRefused(String parameter) {
        Reply reply = client.publish(box + "?" + parameter, "x").assertStatus(400);
        assertTrue(reply.string("type").startsWith("urn:perch:problem:bad-"), reply::text);
        client.publish(box + "?type=" + "t".repeat(65), "x").assertProblem(400, "bad-parameter");
        client.status(box).assertStatus(404);
    }

    @Test
    void whoIsExceptedDoesNotSeeTheMessageAndOthersDo() {
        client.poll(box + "?wait=0");
        client.poll("mailbox/other?wait=0");
        client.publish("broadcast?except=" + name, "not for me").assertStatus(201);
        client.publish("broadcast", "for all").assertStatus(201);
        assertEquals(List.of("for all"), client.poll(box).data());
        assertEquals(
                List.of("not for me", "for all"), client.poll("mailbox/other").data());
    }

    @Test
    void aMessageIsGoneWhenItsTimeToLiveIsOver() {
        client.publish(box + "?ttl=1", "short").assertStatus(201);
        client.publish(box, "long").assertStatus(201);
        assertEquals(List.of("short", "long"), client.poll(box + "?after=start").data());
        String all = box + "?after=start";
        await().atMost(Duration.ofSeconds(5))
                .until(() -> client.poll(all).data().equals(List.of("long")));
    }

    @Test
    void theSameKeyGetsTheSameAnswerAndStoresNothing() {
        Reply first = client.publish(box, "text/plain", "once", "Idempotency-Key", "17")
                .assertStatus(201);
        Reply again = client.publish(box, "text/plain", "once", "Idempotency-Key", "17")
                .assertStatus(201);
        assertEquals(first.text(), again.text());
        assertEquals(first.text(), client.publish(box + "?key=17", "once").text());
        assertEquals(List.of("once"), client.poll(box).data());
    }

    @Test
    void theSameKeyForOtherContentIsRefused() {
        client.publish(box + "?key=k", "one").assertStatus(201);
        client.publish(box + "?key=k", "two").assertProblem(422, "key-reused");
        client.publish(box + "?key=k", "application/json", "\"one\"").assertProblem(422, "key-reused");
        assertEquals(List.of("one"), client.poll(box).data());
    }

    @Test
    void aKeyBelongsToItsQueueAndARefusalIsNotRemembered() {
        client.publish(box + "?key=q", NDJSON, "{").assertStatus(400);
        Reply here = client.publish(box + "?key=q", "x").assertStatus(201);
        Reply there = client.publish("mailbox/elsewhere?key=q", "y").assertStatus(201);
        assertNotEquals(here.string("id"), there.string("id"));
        client.publish(box + "?key=" + "k".repeat(256), "x").assertProblem(400, "bad-parameter");
        client.publish(box, "text/plain", "x", "Idempotency-Key", "a b").assertProblem(400, "bad-parameter");
    }

    @Test
    void topicAndBroadcastAreAnsweredLikeAMailbox() {
        assertEquals(
                Set.of("id", "woken"),
                client.publish("topic/news", "x").assertStatus(201).json().keySet());
        client.publish("broadcast", "application/json", "{}").assertStatus(201);
    }
}
