// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.perch.http.RawClient;
import dev.perch.http.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One reader's side: what it has had from its mailbox, and the cursor with which it goes on. */
final class Inbox {
    private final String mailbox;
    private final List<List<Integer>> read = new ArrayList<>();
    private String cursor = "start";

    Inbox(String mailbox, int publishers) {
        this.mailbox = mailbox;
        for (int i = 0; i < publishers; i++) {
            read.add(new ArrayList<>());
        }
    }

    String mailbox() {
        return mailbox;
    }

    /** The next read, with so many seconds of patience. */
    synchronized String poll(int wait) {
        return "/mailbox/" + mailbox + "?wait=" + wait + "&after=" + cursor;
    }

    /**
     * Takes an answer: no gap, every message whole, and above what came before from the same publisher.
     *
     * @return how many messages came
     */
    synchronized int take(Reply reply) {
        reply.assertStatus(200);
        assertNull(reply.gap(), () -> mailbox + " after " + cursor + ": " + reply);
        List<JsonObject> messages = reply.messages();
        for (JsonObject message : messages) {
            Text text = Text.parse(message.get("data").getAsString());
            List<Integer> before = read.get(text.publisher());
            assertTrue(
                    before.isEmpty() || before.get(before.size() - 1) < text.number(),
                    () -> mailbox + ": " + text.key() + " comes after " + before.get(before.size() - 1));
            before.add(text.number());
        }
        cursor = reply.cursor();
        return messages.size();
    }

    /** Reads what there is, to the end. */
    void readToTheEnd(RawClient raw) throws IOException {
        while (take(raw.request("GET", poll(0)).receive()) > 0) {
            // until an answer is empty
        }
    }

    /** The numbers that came from that publisher, as they came. */
    synchronized List<Integer> from(int publisher) {
        return List.copyOf(read.get(publisher));
    }
}
