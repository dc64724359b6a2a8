// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.ContentType;
import dev.perch.format.JsonEncoding;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Message;
import dev.perch.mailbox.Portion;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
            ContentType type = ContentType.parse(message.contentType());
            response.setContentType(type.isActive() ? "text/plain" + charset(type) : message.contentType());
            return List.of(ByteBuffer.wrap(message.body()));
        }
    };

    /** No answer is larger than this unless one message is. In bytes. */
    private static final long MAX_ANSWER = 1024 * 1024;

    private static final JsonEncoding ENCODING = new JsonEncoding();
    private static final Pattern RANGE = Pattern.compile("([\\w*+.-]+/[\\w*+.-]+)\\s*(?:;[^,]*?\\bq=([0-9.]+))?");

    private static final Map<View, Portion> USUAL =
            Map.of(JSON, JSON.make(Parameters.DEFAULT_LIMIT), TEXT, TEXT.make(Parameters.DEFAULT_LIMIT));

    /** What one answer may hold. Most polls share the same one, which counts while they are parked. */
    Portion portion(int asked) {
        return asked == Parameters.DEFAULT_LIMIT ? USUAL.get(this) : make(asked);
    }

    private Portion make(int asked) {
        return new Portion(limit(asked), MAX_ANSWER, this::weight);
    }

    /** How many messages one answer may hold. */
    abstract int limit(int asked);

    /** What a message adds to the answer, in bytes. */
    abstract int weight(Message message);

    /** Says in the response what is special to this view, and gives the content. */
    abstract List<ByteBuffer> show(Batch batch, HttpServletResponse response);

    private static String charset(ContentType type) {
        return ";charset=" + (type.charset() == null ? "utf-8" : type.charset());
    }

    /** The view that is asked for by {@code format}, else by {@code Accept} (RFC 9110 section 12.5.1). */
    static View of(String format, String accept) throws Refused {
        if (format != null) {
            return switch (format) {
                case "json" -> JSON;
                case "text" -> TEXT;
                default -> throw Problem.BAD_PARAMETER.because("format must be json or text");
            };
        }
        if (accept == null || !accept.contains("text/")) {
            return JSON;
        }
        return quality(accept, "text/plain") > quality(accept, "application/json") ? TEXT : JSON;
    }

    private static double quality(String accept, String type) {
        String range = type.substring(0, type.indexOf('/')) + "/*";
        double best = 0;
        int specific = -1;
        for (Matcher m = RANGE.matcher(accept); m.find(); ) {
            int fit = m.group(1).equalsIgnoreCase(type)
                    ? 2
                    : m.group(1).equals(range) ? 1 : m.group(1).equals("*/*") ? 0 : -1;
            if (fit > specific) {
                specific = fit;
                best = m.group(2) == null ? 1 : parse(m.group(2));
            }
        }
        return best;
    }

    private static double parse(String quality) {
        try {
            return Double.parseDouble(quality);
        } catch (NumberFormatException e) {
            return 1;
        }
    }
}
