// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.Limits;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Reading.Start;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a request asks for, taken from its query and its headers and checked. */
public final class Parameters {
    private static final int MAX_WAIT_SECONDS = 120;
    private static final int DEFAULT_WAIT_SECONDS = 25;
    /** How many messages an answer holds at most, whatever is asked. */
    public static final int MAX_LIMIT = 1000;

    /** How many messages an answer holds at most if nothing is said. */
    public static final int DEFAULT_LIMIT = 100;

    private static final int MAX_TYPE_LENGTH = 64;
    private static final int MAX_KEY_LENGTH = 255;
    private static final Set<String> OWN_TYPES = Set.of("gap", "open", "error", "ended");
    /** A number with more digits counts as the largest that there is. */
    private static final int MAX_DIGITS = 18;
    /** RFC 7240 section 4.3. */
    private static final Pattern PREFER_WAIT = Pattern.compile("(?i)(?:^|[,;\\s])wait\\s*=\\s*\"?([0-9]{1,18})");
    /** What proxies that compress append to an entity tag, some behind the quotes. */
    private static final String CODING = "(?:--?gzip|[-;](?:gzip|br|zstd|deflate))?";
    /** RFC 9110 section 8.8.3, with or without what proxies that compress put behind the tag. It has no blank in it. */
    private static final Pattern ENTITY_TAG =
            Pattern.compile("(?:W/)?\"?([^\",\\s]*?)" + CODING + "\"?" + CODING + "\\s*(?:,.*)?");

    private final Query query;
    private final UnaryOperator<String> headers;

    /**
     * Those of one request.
     *
     * @param query the raw query of its URL, or null
     * @param headers gives the value of a header field by its name, or null
     */
    public Parameters(String query, UnaryOperator<String> headers) throws Refused {
        this.query = Query.of(query);
        this.headers = headers;
    }

    /** Those that were given elsewhere than in a request. */
    Parameters(Map<String, String> values) {
        this.query = Query.of(values);
        this.headers = name -> null;
    }

    /** Where the read begins, from the first of the cursor's carriers that is there. */
    public Start start() throws Refused {
        String resumed =
                firstPresent(headers.apply("Last-Event-ID"), query.get("lastEventId"), query.get("last_event_id"));
        if (resumed != null) {
            return cursor(resumed);
        }
        if (query.get("after") != null) {
            return after();
        }
        String tag = headers.apply("If-None-Match");
        if (tag != null) {
            Matcher m = ENTITY_TAG.matcher(tag.strip());
            String bare = m.matches() ? m.group(1) : tag;
            if (!bare.isEmpty() && !bare.equals("*")) {
                return cursor(bare);
            }
        }
        return new Start.Handed();
    }

    /** The parameter {@code after} alone, as it counts where a topic is followed. */
    public Start after() throws Refused {
        String after = query.get("after");
        if (after == null) {
            return new Start.Handed();
        }
        if (after.equals("start")) {
            return new Start.Oldest();
        }
        if (after.equals("now")) {
            return new Start.Now();
        }
        return new Start.After(Cursor.parse(after)
                .orElseThrow(() -> Problem.BAD_PARAMETER.because(
                        "after must be start, now, or a cursor as an answer gave it, like k3.42")));
    }

    /** A cursor that a browser repeats by itself: what it cannot be is another epoch's, never an error. */
    private static Start cursor(String text) {
        return Cursor.parse(text).<Start>map(Start.After::new).orElseGet(Start.Elsewhere::new);
    }

    private static String firstPresent(String... texts) {
        for (String text : texts) {
            if (text != null && !text.isBlank()) {
                return text.strip();
            }
        }
        return null;
    }

    /** How long the read may wait, in seconds. */
    public int waitSeconds() throws Refused {
        String prefer = preferredWait();
        long otherwise = prefer == null ? DEFAULT_WAIT_SECONDS : Long.parseLong(prefer);
        long wait = number("wait", otherwise, 0, "0 to " + MAX_WAIT_SECONDS + " seconds");
        return (int) Math.min(MAX_WAIT_SECONDS, wait);
    }

    /** The wait in a {@code Prefer} header, or null. */
    public String preferredWait() {
        String prefer = headers.apply("Prefer");
        Matcher m = prefer == null ? null : PREFER_WAIT.matcher(prefer);
        return m != null && m.find() ? m.group(1) : null;
    }

    /** How many messages the answer may hold; 0 asks for nothing but the position. */
    public int limit() throws Refused {
        return (int) Math.min(MAX_LIMIT, number("limit", DEFAULT_LIMIT, 0, "0 to " + MAX_LIMIT));
    }

    /** Further topics for this read. */
    public List<String> topics(int most) throws Refused {
        List<String> topics = new ArrayList<>(query.all("topic").size());
        for (String topic : query.all("topic")) {
            topics.add(Route.name(topic));
        }
        if (topics.size() > most) {
            throw Problem.BAD_PARAMETER.because("one read takes at most " + most + " topics");
        }
        return topics;
    }

    /** The event name, or null. */
    public String type() throws Refused {
        String type = query.get("type");
        if (type != null && (type.length() > MAX_TYPE_LENGTH || !QueueName.isWord(type) || OWN_TYPES.contains(type))) {
            throw Problem.BAD_PARAMETER.because(
                    "type must be 1 to 64 characters of A-Z a-z 0-9 . _ ~ @ : - and not gap, open, error or ended");
        }
        return type;
    }

    /** The name in the parameter, or null. */
    public String name(String parameter) throws Refused {
        String name = query.get(parameter);
        return name == null ? null : Route.name(name);
    }

    /** The publisher's own time-to-live in seconds, or 0. */
    public long ttlSeconds() throws Refused {
        String range = "1 to " + Limits.MAX_TTL.toSeconds() + " seconds";
        long ttl = number("ttl", 0, 1, range);
        if (ttl > Limits.MAX_TTL.toSeconds()) {
            throw Problem.BAD_PARAMETER.because("ttl must be " + range);
        }
        return ttl;
    }

    /** The idempotency key, or null. */
    public String key() throws Refused {
        String key = firstPresent(headers.apply("Idempotency-Key"), query.get("key"));
        if (key != null && (key.length() > MAX_KEY_LENGTH || !key.chars().allMatch(c -> c > ' ' && c < 0x7f))) {
            throw Problem.BAD_PARAMETER.because("a key has 1 to 255 visible ASCII characters");
        }
        return key;
    }

    /** Whether the publisher waits until a reader has acknowledged the message. */
    public boolean receipt() throws Refused {
        return is("receipt", "acked");
    }

    /** Whether the publisher waits for a reply. */
    public boolean reply() throws Refused {
        return isOn("reply");
    }

    /** Whether the parameter is there, which has one value only. What means nothing would else be taken for a no. */
    private boolean is(String name, String value) throws Refused {
        String given = query.get(name);
        if (given != null && !given.equals(value)) {
            throw Problem.BAD_PARAMETER.because(name + " must be " + value + ", or not there");
        }
        return given != null;
    }

    /** The format that is asked for by name, or null. */
    public String format() {
        return query.get("format");
    }

    /** Where what is sent on a socket goes, or null when nothing is said. */
    public QueueName to() throws Refused {
        return query.get("to") == null ? null : Route.destination(query.get("to"));
    }

    /** Whether the parameter says {@code 1}; {@code 0} is a no. */
    public boolean isOn(String parameter) throws Refused {
        return !"0".equals(query.get(parameter)) && is(parameter, "1");
    }

    /** A number in the query, or another one where it is not there. */
    private long number(String name, long otherwise, long least, String range) throws Refused {
        String text = query.get(name);
        if (text == null) {
            return otherwise;
        }
        long value = !isDigits(text) ? -1 : text.length() > MAX_DIGITS ? Long.MAX_VALUE : Long.parseLong(text);
        if (value < least) {
            throw Problem.BAD_PARAMETER.because(name + " must be a whole number, " + range);
        }
        return value;
    }

    private static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }
}
