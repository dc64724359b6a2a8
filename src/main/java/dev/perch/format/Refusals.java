// SPDX-License-Identifier: Apache-2.0
package dev.perch.format;

import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Refusal;
import dev.perch.mailbox.StoreException;
import java.util.concurrent.CompletionException;

/** What a client is told when the domain refuses something, or the store fails. */
public final class Refusals {
    private Refusals() {}

    /** The problem, with a sentence that says what to do next. */
    public static Refused of(Refusal refusal) {
        return switch (refusal) {
            case MAILBOX_FULL ->
                Problem.MAILBOX_FULL.because("nobody has read what is in it; read it, or try again after Retry-After");
            case STORE_FULL -> Problem.STORE_FULL.because("messages must be read or expire first; try again later");
            case NEVER_FITS -> Problem.TOO_LARGE.because("the batch is larger than the queue; send it in parts");
            case KEY_REUSED -> Problem.KEY_REUSED.because("send other content under another key");
            case TOO_MANY_MAILBOXES ->
                Problem.TOO_MANY_MAILBOXES.because("delete mailboxes that are no longer used, or raise --mailboxes");
            case TOO_MANY_TOPICS ->
                Problem.TOO_MANY_TOPICS.because("leave a topic first, with DELETE /mailbox/{name}/topic/{topic}");
            case PRESENCE_NOT_TOLD ->
                Problem.NOT_FOUND.because("who is online is told when the server was started with --presence");
            case STATS_NOT_TOLD ->
                Problem.NOT_FOUND.because("the server's figures are told when it was started with --monitor");
            case RESERVED -> Route.reserved();
        };
    }

    /**
     * The problem for a store that failed.
     *
     * @param nothing what did not happen, as the beginning of a sentence
     */
    public static Refused storeFailed(Throwable error, String nothing) {
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        return cause instanceof StoreException failure && failure.isUnknown()
                ? Problem.STORE_UNAVAILABLE.perhaps(
                        "the disk failed while it was stored; repeat it, with the same key if it is a message")
                : Problem.STORE_UNAVAILABLE.because(nothing + "; try again after Retry-After");
    }
}
