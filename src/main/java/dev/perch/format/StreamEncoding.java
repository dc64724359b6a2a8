// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import dev.perch.mailbox.Batch;
import dev.perch.mailbox.Cursor;
import dev.perch.mailbox.Message;

/** How a stream without end looks on the wire. It keeps nothing, so that all streams can share it. */
public interface StreamEncoding {
    /** The media type of the stream. */
    String contentType();

    /**
     * What stands at the beginning.
     *
     * @param at where the stream begins, where its client does not know it, or null
     * @param retryMillis when the client shall come back if the connection breaks, in milliseconds
     */
    Chunks beginning(Cursor at, int retryMillis);

    /** Messages, and the gap before them. */
    Chunks messages(Batch batch);

    /**
     * What shows that the connection is alive.
     *
     * @param moved where the stream has got without a message for its client, or null
     */
    Chunks heartbeat(Cursor moved);

    /**
     * What stands at the end of a stream that the server ends.
     *
     * @param why in a word
     * @param at how far it has got, or null
     * @param retryMillis when the client shall come back, in milliseconds
     */
    Chunks end(String why, Cursor at, int retryMillis);

    /** Whether its clients come back after an answer with an error status. An EventSource never does. */
    boolean survivesErrors();

    /** What a message adds to the stream, about, in bytes. */
    int weight(Message message);
}
