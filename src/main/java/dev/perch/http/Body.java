// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Wheel;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.util.thread.Invocable;

/** The body of a request on its way in, read as it comes. */
final class Body implements ReadListener, Invocable {
    /** So much of a body that is too large is read and thrown away, so that its sender sees the answer. In bytes. */
    private static final int LINGER = 1024 * 1024;

    /** What is kept of a body before it has come costs no more than this unless there is room for it. In bytes. */
    private static final int SMALL = 8 * 1024;

    private final HttpServletRequest request;
    private final ServletInputStream in;
    private final Bodies bodies;
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    /** How long {@link #bytes} may get. */
    private final int longest;

    private byte[] bytes;
    private long size;
    /** What of the allowance is taken. */
    private int taken;

    private Body(HttpServletRequest request, ServletInputStream in, Bodies bodies, int longest, int begin) {
        this.request = request;
        this.in = in;
        this.bodies = bodies;
        this.longest = longest;
        this.bytes = new byte[begin];
    }

    /**
     * Reads the body; to be called when the request is asynchronous already. Memory is taken for what has come, not for
     * what is announced.
     *
     * @return fails with {@link Refused}
     */
    static CompletableFuture<byte[]> read(HttpServletRequest request, Bodies bodies) throws IOException, Refused {
        long announced = request.getContentLengthLong();
        int max = bodies.max();
        if (announced > (long) max + LINGER) {
            UnreadBody.of(request);
            throw tooLarge(max);
        }
        ServletInputStream in = request.getInputStream();
        int there = in.available();
        int longest = announced < 0 ? max : (int) Math.max(1, Math.min(announced, max));
        Body body = new Body(request, in, bodies, longest, Math.min(longest, Math.min(SMALL, Math.max(256, there))));
        if (announced < 0 || there < announced) {
            // Nearly all bodies come with their header and need neither.
            Deadline deadline = new Deadline(body.whole, bodies.deadline().toSeconds());
            bodies.wheel().schedule(deadline, bodies.deadline().toNanos());
            body.whole.whenComplete((bytes, error) -> bodies.wheel().cancel(deadline));
        }
        in.setReadListener(body);
        return body.whole;
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
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
        // To ask whether there is more is to wait for it.
        while (!whole.isDone() && in.isReady() && !in.isFinished()) {
            int kept = (int) Math.min(size, bytes.length);
            if (kept == bytes.length && kept < longest && !grow()) {
                whole.completeExceptionally(Problem.TOO_MANY_BODIES.because("try again after Retry-After"));
                return;
            }
            // What is too large is read over what is kept of it.
            int from = kept == bytes.length ? 0 : kept;
            size += Math.max(0, in.read(bytes, from, bytes.length - from));
            if (size > (long) bodies.max() + LINGER) {
                UnreadBody.of(request);
                whole.completeExceptionally(tooLarge(bodies.max()));
            }
        }
    }

    /** Makes more room; false when others have taken all that there is. */
    private boolean grow() {
        int length = Math.min(longest, 2 * bytes.length);
        if (length > SMALL && !take(length)) {
            return false;
        }
        bytes = Arrays.copyOf(bytes, length);
        return true;
    }

    private synchronized boolean take(int length) {
        if (whole.isDone() || !bodies.allowance().take(length - taken)) {
            return false;
        }
        boolean first = taken == 0;
        taken = length;
        if (first) {
            whole.whenComplete((done, error) -> giveBack());
        }
        return true;
    }

    private synchronized void giveBack() {
        bodies.allowance().giveBack(taken);
        taken = 0;
    }

    @Override
    public void onAllDataRead() {
        if (size > bodies.max()) {
            whole.completeExceptionally(tooLarge(bodies.max()));
        } else {
            whole.complete(size == bytes.length ? bytes : Arrays.copyOf(bytes, (int) size));
        }
    }

    @Override
    public void onError(Throwable cause) {
        whole.completeExceptionally(
                Problem.BAD_BODY.because("the body was cut short or is not framed as HTTP requires; send it again"));
    }
}
