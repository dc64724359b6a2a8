// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;

/**
 * Tells when an HTTP/2 client has taken its request back, or its connection broke.
 *
 * @param stream which is told, on any thread
 */
record RequestLoss(Stream stream) implements AsyncListener {
    @Override
    public void onError(AsyncEvent event) {
        stream.onError(event.getThrowable());
    }

    @Override
    public void onComplete(AsyncEvent event) {}

    @Override
    public void onTimeout(AsyncEvent event) {}

    @Override
    public void onStartAsync(AsyncEvent event) {}
}
