// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.ContentType;
import dev.perch.format.JsonEncoding;
import dev.perch.format.Parameters;
import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.Portion;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** How the outcome of a poll looks. */
enum View {
    /** The whole batch as one JSON object. */
    JSON {
        @Override
        int limit(int asked) {
            return asked;
        }

        @Override
        int weight(Message message) {
            return message.json(ENCODING).length;
        }

        @Override
        List<ByteBuffer> show(Batch batch, HttpServletResponse response) {
            response.setContentType("application/json");
            return ENCODING.answer(batch);
        }
    },

    /** One message, its body as it was published. */
    TEXT {
        @Override
        int limit(int asked) {
            return 1;
        }

        @Override
        int weight(Message message) {
            return message.bytes();
        }

        @Override
        List<ByteBuffer> show(Batch batch, HttpServletResponse response) {
            if (batch.gap() != null) {
                response.setHeader("Perch-Gap", batch.gap().word());
            }
            if (batch.end() != null) {
                response.setHeader("Perch-Ended", batch.end().word());
            }
            if (batch.messages().isEmpty()) {
                response.setStatus(HttpServletResponse.SC_NO_CONTENT);
                return List.of();
            }
            Message message = batch.messages().get(0);
            response.setHeader("Message-Id", message.id());
            response.setHeader("Message-Type", message.type());
            response.setHeader("Message-From", message.from());
            response.setHeader("Message-Reply", message.reply());
            if (!message.queue().isMailbox()) {
                response.setHeader("Message-Topic", message.queue().name());
            }
            response.setContentType(ContentType.harmless(message.contentType()));
            return List.of(ByteBuffer.wrap(message.body()));
        }
    };

    /** No answer is larger than this unless one message is. In bytes. */
    private static final long MAX_ANSWER = 1024 * 1024;

    private static final JsonEncoding ENCODING = new JsonEncoding();

    /** One for each limit that can be asked for, from 1 on. */
    private static final Map<View, List<Portion>> PORTIONS = Map.of(JSON, JSON.portions(), TEXT, TEXT.portions());

    private List<Portion> portions() {
        return IntStream.rangeClosed(1, Parameters.MAX_LIMIT)
                .mapToObj(asked -> new Portion(limit(asked), MAX_ANSWER, this::weight))
                .toList();
    }

    /** What one answer may hold. All polls with the same limit share it, which counts while they are parked. */
    Portion portion(int asked) {
        return PORTIONS.get(this).get(asked - 1);
    }

    /** How many messages one answer may hold. */
    abstract int limit(int asked);

    /** What a message adds to the answer, in bytes. */
    abstract int weight(Message message);

    /** Says in the response what is special to this view, and gives the content. */
    abstract List<ByteBuffer> show(Batch batch, HttpServletResponse response);
}
