// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Wheel;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The body of a request on its way in, read as it comes. */
final class Body implements ReadListener {
    /** So much of a body that is too large is read and thrown away, so that its sender sees the answer. In bytes. */
    private static final int LINGER = 1024 * 1024;

    private static final int CHUNK = 8 * 1024;

    private final ServletInputStream in;
    private final int max;
    private final ByteArrayOutputStream bytes;
    private final byte[] chunk = new byte[CHUNK];
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private long size;

    private Body(ServletInputStream in, int max, int expected) {
        this.in = in;
        this.max = max;
        this.bytes = new ByteArrayOutputStream(expected);
    }

    /**
     * Reads the body; to be called when the request is asynchronous already.
     *
     * @param max its size at most, in bytes
     * @param deadlineNanos how long it may take, in nanoseconds
     * @return fails with {@link Refused}
     */
    static CompletableFuture<byte[]> read(HttpServletRequest request, int max, Wheel wheel, long deadlineNanos)
            throws IOException, Refused {
        long announced = request.getContentLengthLong();
        if (announced > (long) max + LINGER) {
            throw tooLarge(max);
        }
        int expected = announced < 0 ? 256 : (int) Math.min(announced, max);
        Body body = new Body(request.getInputStream(), max, expected);
        if (announced < 0 || body.in.available() < announced) {
            // Nearly all bodies come with their header and need none.
            Deadline deadline = new Deadline(body.whole, TimeUnit.NANOSECONDS.toSeconds(deadlineNanos));
            wheel.schedule(deadline, deadlineNanos);
            body.whole.whenComplete((bytes, error) -> wheel.cancel(deadline));
        }
        body.in.setReadListener(body);
        return body.whole;
    }

    /** The body has not come in time. */
    private static final class Deadline extends Wheel.Timer {
        private final CompletableFuture<byte[]> whole;
        private final long seconds;

        Deadline(CompletableFuture<byte[]> whole, long seconds) {
            this.whole = whole;
            this.seconds = seconds;
        }

        @Override
        protected void expire() {
            whole.completeExceptionally(Problem.BODY_TOO_SLOW.because("it has to be here " + seconds
                    + " s after its header; send less at once, or raise --body-deadline"));
        }
    }

    private static Refused tooLarge(int max) {
        return Problem.TOO_LARGE.because("a body may have " + max + " bytes; send less, or raise --body");
    }

    @Override
    public void onDataAvailable() throws IOException {
        while (in.isReady() && !in.isFinished() && !whole.isDone()) {
            int count = in.read(chunk);
            if (count > 0) {
                size += count;
                if (size <= max) {
                    bytes.write(chunk, 0, count);
                } else if (size > (long) max + LINGER) {
                    whole.completeExceptionally(tooLarge(max));
                }
            }
        }
    }

    @Override
    public void onAllDataRead() {
        if (size > max) {
            whole.completeExceptionally(tooLarge(max));
        } else {
            whole.complete(bytes.toByteArray());
        }
    }

    @Override
    public void onError(Throwable cause) {
        whole.completeExceptionally(
                Problem.BAD_BODY.because("the body was cut short or is not framed as HTTP requires; send it again"));
    }
}
