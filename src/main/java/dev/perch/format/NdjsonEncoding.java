// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.Message;

/** A JSON object a line, for {@code curl -N … | while read -r line}. An empty line is a heartbeat. */
public final class NdjsonEncoding implements StreamEncoding {
    private static final JsonEncoding JSON = new JsonEncoding();

    @Override
    public String contentType() {
        return "application/x-ndjson";
    }

    @Override
    public Chunks beginning(Cursor at, int retryMillis) {
        return new Chunks();
    }

    @Override
    public Chunks messages(Batch batch) {
        Chunks chunks = new Chunks();
        if (batch.gap() != null) {
            chunks.add("{\"gap\":{\"why\":\"" + batch.gap().word() + "\"}}\n");
        }
        for (Message message : batch.messages()) {
            byte[] json = message.handedOut(JSON);
            chunks.add(json, 0, json.length).add("\n");
        }
        return chunks;
    }

    @Override
    public Chunks heartbeat(Cursor moved) {
        return new Chunks().add("\n");
    }

    @Override
    public Chunks end(String why, Cursor at, int retryMillis) {
        String cursor = at == null ? "" : "\"cursor\":\"" + at + "\",";
        return new Chunks().add("{" + cursor + "\"ended\":\"" + why + "\"}\n");
    }

    @Override
    public boolean survivesErrors() {
        return true;
    }

    @Override
    public int weight(Message message) {
        return message.json(JSON).length + 1;
    }
}
