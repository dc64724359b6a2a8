// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.perch.TestServer;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Answers as scripts. */
final class JsonpIT {
    private static TestServer server;
    private static TestClient client;

    @BeforeAll
    static void start() {
        server = TestServer.start("--jsonp", "--cors-origin=*");
        client = new TestClient(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** What the script calls that function with. */
    private static JsonObject argument(Reply reply, String function) {
        reply.assertStatus(200);
        assertEquals("application/javascript;charset=utf-8", reply.header("Content-Type"));
        assertEquals("nosniff", reply.header("X-Content-Type-Options"));
        String script = reply.text();
        String start = "/**/" + function + "(";
        assertTrue(script.startsWith(start) && script.endsWith(");\n"), script);
        return JsonParser.parseString(script.substring(start.length(), script.length() - 3))
                .getAsJsonObject();
    }

    @Test
    void theAnswerIsACallOfTheFunction() {
        client.publish("mailbox/a", "hello");
        Reply reply = client.poll("mailbox/a?callback=app.show&_=17");
        assertEquals("\"" + argument(reply, "app.show").get("cursor").getAsString() + '"', reply.header("ETag"));
        assertTrue(reply.text().contains("\"data\":\"hello\""));
        JsonObject empty = argument(client.poll("mailbox/a?wait=0&callback=jQuery1_%24"), "jQuery1_$");
        assertEquals("wait", empty.get("ended").getAsString());
    }

    @Test
    void aParkedOneIsWoken() {
        CompletableFuture<Reply> parked = client.parkAs(1, "mailbox/parked?callback=f");
        client.publish("mailbox/parked", "hello");
        JsonObject answer = argument(TestClient.get(parked), "f");
        assertEquals(1, answer.getAsJsonArray("messages").size());
    }

    @Test
    void whatAScriptOrItsPageCouldMistakeIsEscaped() {
        String hostile = "</script><!--\u2028\u2029\u00e2\u0080 \u20ac ]]>";
        client.publish("mailbox/b", hostile);
        client.publish("mailbox/b", "application/json", "{\"<k\u2028\":\"" + hostile + "\"}");
        Reply reply = client.poll("mailbox/b?callback=f");
        assertFalse(reply.text().contains("<"), reply::text);
        assertFalse(reply.text().contains("\u2028") || reply.text().contains("\u2029"), reply::text);
        JsonObject answer = argument(reply, "f");
        JsonObject first = answer.getAsJsonArray("messages").get(0).getAsJsonObject();
        assertEquals(hostile, first.get("data").getAsString());
        JsonObject second = answer.getAsJsonArray("messages").get(1).getAsJsonObject();
        assertEquals(hostile, second.getAsJsonObject("data").get("<k\u2028").getAsString());
    }

    @Test
    void aRefusalIsACallToo() throws IOException {
        for (String target : new String[] {
            "mailbox/a?after=yesterday",
            "mailbox/a?wait=soon",
            "mailbox/a?format=text",
            "mailbox/a?format=sse",
            "mailbox/_ready?x=y",
            "mailbox/nobody/status?x=y",
            "mailbox/a%2Fb?x=y",
            "mailbox/a/b/c/d?x=y"
        }) {
            JsonObject answer = argument(client.poll(target + "&callback=f"), "f");
            JsonObject problem = answer.getAsJsonObject("problem");
            assertTrue(problem.get("type").getAsString().startsWith("urn:perch:problem:"), target);
            assertTrue(problem.get("status").getAsInt() >= 400, target);
        }
        try (RawClient raw = RawClient.connect(server)) {
            raw.request("GET", "/mailbox/a?after=%zz&callback=f");
            assertTrue(argument(raw.receive(), "f").has("problem"));
        }
        try (TestServer small = TestServer.start("--jsonp", "--cors-origin=*", "--parked=1");
                StreamClient only = StreamClient.events(small, "/topic/t")) {
            assertEquals(200, only.status());
            Reply full = new TestClient(small).poll("mailbox/a?callback=f");
            assertEquals(
                    503,
                    argument(full, "f").getAsJsonObject("problem").get("status").getAsInt());
            assertEquals("2", full.header("Retry-After"));
        }
    }

    @Test
    void whatIsNoNameOfAFunctionIsRefused() {
        for (String callback : new String[] {
            "1f",
            "f()",
            "a..b",
            "a.",
            ".a",
            "a[0]",
            "f;alert(1)",
            "a b",
            "%3Cscript%3E",
            "f%0A",
            "f%00",
            "f%2F*",
            "\u00e9",
            "a".repeat(65),
            "a." + "b".repeat(63)
        }) {
            String encoded = callback.replace(" ", "%20")
                    .replace("[", "%5B")
                    .replace("]", "%5D")
                    .replace("\u00e9", "%C3%A9");
            client.poll("mailbox/c?wait=0&callback=" + encoded).assertProblem(400, "bad-parameter");
        }
        String longest = "a." + "b".repeat(62);
        argument(client.poll("mailbox/c?wait=0&callback=" + longest), longest);
        client.poll("mailbox/c?wait=0&callback=").assertStatus(200).json();
    }

    @Test
    void whereItIsOffACallbackIsRefusedAndNotIgnored() {
        try (TestServer off = TestServer.start()) {
            TestClient other = new TestClient(off);
            Reply refused = other.poll("mailbox/a?wait=0&callback=f").assertProblem(403, "jsonp-off");
            assertTrue(refused.string("detail").contains("--jsonp"), refused::text);
            other.publish("mailbox/a?callback=f", "x").assertStatus(201);
        }
    }

    @Test
    void onlyReadsAreScripts() {
        client.publish("mailbox/d?callback=f", "x").assertStatus(201).json();
        assertEquals(
                "f", argument(client.poll("mailbox/d/status?callback=f"), "f").has("mailbox") ? "f" : "");
    }
}
