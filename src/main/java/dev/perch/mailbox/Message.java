// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.atomic.LongAdder;

/**
 * A stored message. It never changes; only its JSON form is made at the first wish and kept with it: on a topic
 * whatever the number of its readers, in a mailbox from the second one on, until the store drops it. Any thread may use
 * it.
 */
public final class Message {
    /** What a message costs in memory besides its bytes, about: objects, index, an idempotency key. In bytes. */
    public static final int OVERHEAD = 256;

    private static final AtomicReferenceFieldUpdater<Message, byte[]> JSON =
            AtomicReferenceFieldUpdater.newUpdater(Message.class, byte[].class, "json");
    /** In place of the form when it was made and not kept, and when it is not to be kept any more. */
    private static final byte[] ONCE = {};

    private static final byte[] DROPPED = {};

    /** No character of a message takes more bytes in any form of it, and all that is added to it no more than this. */
    private static final int LONGEST_CHARACTER = 8;

    private static final int LONGEST_FRAME = 512;

    private final QueueName queue;
    private final String epoch;
    private final long offset;
    private final long time;
    private final long expires;
    private final Draft draft;
    /** Known without the draft: a full queue asks this of its oldest message for each that it takes. */
    private final int bytes;

    private final LongAdder encodedBytes;
    private volatile byte[] json;

    /**
     * A message as a store has taken it.
     *
     * @param queue where it lies
     * @param epoch the incarnation of the store
     * @param offset its place in the store's one order
     * @param time when it was stored, in milliseconds since 1970
     * @param expires when its time-to-live ends, in milliseconds since 1970
     * @param draft what the publisher said
     * @param encodedBytes where the store counts the bytes of the JSON forms it keeps
     */
    public Message(
            QueueName queue, String epoch, long offset, long time, long expires, Draft draft, LongAdder encodedBytes) {
        this.queue = queue;
        this.epoch = epoch;
        this.offset = offset;
        this.time = time;
        this.expires = expires;
        this.draft = draft;
        this.bytes = draft.bytes();
        this.encodedBytes = encodedBytes;
    }

    /** The queue in which it lies. */
    public QueueName queue() {
        return queue;
    }

    /** Its place in the store's one order. */
    public long offset() {
        return offset;
    }

    /** Its id: the cursor of a reader that has just had it. */
    public String id() {
        return new Cursor(epoch, offset, false).toString();
    }

    /** When it was stored, in milliseconds since 1970. */
    public long time() {
        return time;
    }

    /** When its time-to-live ends, in milliseconds since 1970. */
    public long expires() {
        return expires;
    }

    /** Whether its time-to-live is over. */
    public boolean expired(long millis) {
        return millis >= expires;
    }

    /** Whether its publisher set the time-to-live, so that nobody misses it when it has run out. */
    public boolean hasOwnTtl() {
        return draft.ttlSeconds() > 0;
    }

    /** The media type of the body. */
    public String contentType() {
        return draft.contentType();
    }

    /** The content; not to be changed. */
    public byte[] body() {
        return draft.body();
    }

    /** The event name, or null. */
    public String type() {
        return draft.type();
    }

    /** Who sent it, or null. */
    public String from() {
        return draft.from();
    }

    /** Where an answer goes, or null. */
    public String reply() {
        return draft.reply();
    }

    /** Whether the owner of the mailbox may see it; {@code null} is a watcher without a mailbox, who may. */
    public boolean isFor(String mailbox) {
        return draft.except() == null || !draft.except().equals(mailbox);
    }

    /** What it counts for in its queue, in bytes; see {@link Draft#bytes}. */
    public int bytes() {
        return bytes;
    }

    /** What no form of it exceeds, in bytes, whatever the characters in it are. */
    public long longest() {
        return LONGEST_FRAME
                + (long) LONGEST_CHARACTER * (bytes + draft.contentType().length());
    }

    /** What its JSON form takes in memory, in bytes; 0 while it has none. */
    public int encodedBytes() {
        byte[] kept = json;
        return kept == null ? 0 : kept.length;
    }

    /** Its JSON form, made by the first who asks. The bytes are shared: not to be changed. */
    public byte[] json(Encoding encoding) {
        byte[] kept = json;
        if (kept != null && kept.length > 0) {
            return kept;
        }
        byte[] made = encoding.json(this);
        if (kept != DROPPED && JSON.compareAndSet(this, kept, made)) {
            encodedBytes.add(made.length);
            return made;
        }
        kept = json;
        return kept.length > 0 ? kept : made;
    }

    /**
     * Its JSON form for a reader that gets it now. A message in a mailbox hardly ever has another reader: its form is
     * kept only from the second on, since it would take more memory than the message itself.
     */
    public byte[] handedOut(Encoding encoding) {
        boolean first = queue.isMailbox() && JSON.compareAndSet(this, null, ONCE);
        return first ? encoding.json(this) : json(encoding);
    }

    /** To be called once by the store when it no longer keeps the message; readers at work with it may go on. */
    public void dropped() {
        byte[] kept = JSON.getAndSet(this, DROPPED);
        if (kept != null) {
            encodedBytes.add(-kept.length);
        }
    }

    @Override
    public String toString() {
        return queue + " " + id();
    }
}
