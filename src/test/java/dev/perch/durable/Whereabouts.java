// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import java.net.URI;
import java.util.concurrent.CompletableFuture;

/** Where the server is at the moment, for clients that go on after each of its ends. Any thread may use it. */
final class Whereabouts {
    private CompletableFuture<URI> current = new CompletableFuture<>();

    /** It serves there. */
    void up(URI uri) {
        uri().complete(uri);
    }

    /** It is about to die; to be called before it does, so that nobody takes the old place for the new one. */
    synchronized void down() {
        current = new CompletableFuture<>();
    }

    /** The place of the server that lives, or of the next one. */
    synchronized CompletableFuture<URI> uri() {
        return current;
    }
}
