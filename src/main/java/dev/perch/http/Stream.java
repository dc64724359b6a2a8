// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.format.Refusals;
import dev.perch.format.StreamEncoding;
import dev.perch.mailbox.Batch;
import dev.perch.mailbox.End;
import dev.perch.mailbox.Exchange;
import dev.perch.mailbox.Outlet;
import dev.perch.mailbox.Reader;
import dev.perch.mailbox.Refusal;
import dev.perch.mailbox.Wheel;
import dev.perch.metrics.Meters;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.lang.System.Logger;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;

/**
 * One GET that stays: it reads, writes what came, and reads on from there when that is written. So there is never more
 * than one batch on its way, and a client that stops reading costs its socket's buffer and a chunk.
 */
final class Stream implements Outlet, OpenRead, WriteListener {
    // Threads: whatever happens is noted in a volatile field and calls goOn(). One thread at a time is in there, and
    // does all that can be done; a call that comes meanwhile makes it look once more. The other fields belong to that
    // thread. Nothing is written before the container has called onWritePossible for the first time.

    /** What the meters call a stream. */
    static final String KIND = "stream";

    /** Its connection is watched as soon as what is readable there can no longer be its own request. */
    private static final long UNWATCHED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final Logger LOG = System.getLogger(Stream.class.getName());

    private final Surroundings around;
    private final AsyncContext async;
    private final StreamOutput out;
    private final StreamEncoding encoding;
    private final Course course;
    private final SelectableChannel channel;
    private final AtomicInteger calls = new AtomicInteger();

    /** The read that is under way, or was the last. */
    private volatile Reader reader;
    /** Its outcome, until it is looked at. */
    private volatile Batch arrived;

    private volatile Refused refused;
    private volatile StreamEnd ending;
    private volatile boolean writable;
    private volatile boolean lost;
    private volatile boolean over;

    private boolean reading;
    /** What is being written, until it is. */
    private Batch batch;

    private boolean opened;
    private boolean begun;
    private boolean closing;

    /** What all streams share. One whose client takes nothing for {@code stall} is given up. */
    record Surroundings(Exchange exchange, OpenReads open, Wheel wheel, Meters meters, Duration stall) {}

    Stream(Surroundings around, AsyncContext async, StreamEncoding encoding, Course course) throws IOException {
        this.around = around;
        this.async = async;
        this.out = new StreamOutput(async, around.wheel(), around.stall().toNanos(), this::goOn);
        this.encoding = encoding;
        this.channel = OpenRead.channel(ServletContextRequest.getServletContextRequest(async.getRequest()));
        this.course = course;
    }

    /** Begins to read. Nothing is written before it is clear that the read is not refused. */
    void begin() {
        if (channel == null) {
            out.watch(this);
        }
        goOn();
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public SelectableChannel channel() {
        return channel;
    }

    @Override
    public void end(End why) {
        if (ending == null) {
            ending = StreamEnd.of(why);
        }
        goOn();
    }

    @Override
    public void began(Reader read) {
        reader = read;
        goOn();
    }

    @Override
    public void answer(Batch came) {
        arrived = came;
        goOn();
    }

    @Override
    public void refuse(Refusal refusal) {
        refuse(Refusals.of(refusal));
    }

    @Override
    public void broken(Throwable cause) {
        refuse(Problem.STORE_UNAVAILABLE.because("the message store cannot be read; try again later"));
    }

    /** A stream that has not begun is refused; one that has ends. */
    void refuse(Refused why) {
        around.meters().refused(why.problem().code());
        refused = why;
        goOn();
    }

    @Override
    public void onWritePossible() {
        writable = true;
        goOn();
    }

    /** The client has gone. */
    @Override
    public void onError(Throwable cause) {
        lost = true;
        goOn();
    }

    private void goOn() {
        if (calls.getAndIncrement() > 0) {
            return;
        }
        for (int seen = 1; seen > 0; seen = calls.addAndGet(-seen)) {
            boolean more = true;
            while (more && !over) {
                more = step();
            }
        }
    }

    /** Does the next thing; false when there is nothing to do before the next call. */
    private boolean step() {
        try {
            if (lost) {
                return leave();
            }
            if (reader == null) {
                if (refused != null) {
                    forget(refused.problem().code());
                    out.refuse(encoding, refused);
                }
                return refused == null && !reading && read();
            }
            if (!opened) {
                open();
            }
            return writable && out.isReady() && write();
        } catch (IOException e) {
            lost = true;
        } catch (RuntimeException | Error e) {
            LOG.log(Logger.Level.ERROR, "a stream failed", e);
            lost = true;
        }
        return true;
    }

    private void open() throws IOException {
        opened = true;
        if (channel != null) {
            around.wheel().after(UNWATCHED_NANOS, this::watch);
        }
        out.open(encoding.contentType(), course.at(), this);
    }

    private void watch() {
        around.open().watch(this);
        if (over) {
            around.open().unwatch(this);
        }
    }

    private boolean read() {
        if (begun && course.isOver()) {
            return close(StreamEnd.of(course.ending()));
        }
        reading = true;
        around.exchange().read(course.next(), this);
        return true;
    }

    private boolean write() throws IOException {
        if (!begun) {
            begun = true;
            out.begin(encoding.beginning(course.at(), StreamEnd.usualRetryMillis()));
            return true;
        }
        if (out.writeNext()) {
            return true;
        }
        batch = null;
        if (closing) {
            forget(ending.word());
            Answers.complete(async);
            return false;
        }
        return onward();
    }

    /** All is written: what now? */
    private boolean onward() {
        if (arrived != null) {
            take(arrived);
            return true;
        }
        if (refused != null) {
            return close(StreamEnd.of(refused));
        }
        if (reading) {
            if (ending != null) {
                reader.end(ending.end());
            }
            return arrived != null;
        }
        return ending != null ? close(ending) : read();
    }

    private void take(Batch came) {
        arrived = null;
        reading = false;
        boolean moved = course.moved(came);
        if (came.end() == null || came.gap() != null) {
            batch = came;
            out.put(encoding.messages(came));
            long millis = around.exchange().clocks().millis();
            around.meters().streamed(came, course.readNanos(), millis);
        } else if (came.end() == End.WAIT && !course.isOver()) {
            out.put(encoding.heartbeat(moved ? came.cursor() : null));
        }
        if (came.end() != null && came.end() != End.WAIT && ending == null) {
            ending = StreamEnd.of(came.end());
        }
    }

    private boolean close(StreamEnd why) {
        ending = why;
        closing = true;
        out.put(encoding.end(why.word(), course.at(), why.retryMillis()));
        return true;
    }

    /** The client has gone, or is not waited for any longer. What it was not given is handed back. */
    private boolean leave() {
        if (reading && arrived == null && refused == null) {
            if (reader != null) {
                reader.end(End.GONE);
            }
            if (arrived == null) {
                return false;
            }
        }
        forget(End.GONE.word());
        Batch taken = arrived == null ? batch : arrived;
        if (taken != null && taken.end() == null) {
            around.meters().lost();
            reader.failed();
        }
        out.abandon();
        return false;
    }

    private void forget(String why) {
        over = true;
        out.close();
        around.open().unwatch(this);
        around.open().remove(this);
        around.meters().streamEnded(why);
        RequestLines.note(async, why, course.openNanos());
    }
}
