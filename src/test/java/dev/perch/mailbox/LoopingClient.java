// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A client that reads again as soon as it has its answer: by cursor, or bare and then together with others. */
final class LoopingClient {
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    final String name;
    private final Exchange exchange;
    private final Executor executor;
    private final QueueName queue;
    private final Reading.Start first;
    private final int limit;
    private final Collection<Long> got;
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final Queue<String> faults;
    private final AtomicInteger pending = new AtomicInteger();
    private volatile boolean stopped;
    private volatile Call current;
    private volatile Reading.Start start;

    /** One that walks by cursor and keeps what it gets in order. */
    static LoopingClient walker(
            String name,
            Exchange exchange,
            Executor executor,
            QueueName queue,
            Cursor from,
            int limit,
            Queue<String> faults) {
        return new LoopingClient(
                name,
                exchange,
                executor,
                queue,
                new Reading.Start.After(from),
                limit,
                new ConcurrentLinkedQueue<>(),
                faults);
    }

    /** One that reads without a cursor and shares what it gets with others. */
    static LoopingClient bare(
            String name, Exchange exchange, Executor executor, QueueName queue, Set<Long> got, Queue<String> faults) {
        return new LoopingClient(name, exchange, executor, queue, new Reading.Start.Handed(), 50, got, faults);
    }

    private LoopingClient(
            String name,
            Exchange exchange,
            Executor executor,
            QueueName queue,
            Reading.Start first,
            int limit,
            Collection<Long> got,
            Queue<String> faults) {
        this.name = name;
        this.exchange = exchange;
        this.executor = executor;
        this.queue = queue;
        this.first = first;
        this.limit = limit;
        this.got = got;
        this.faults = faults;
        this.start = first;
    }

    static Set<Long> shared() {
        return ConcurrentHashMap.newKeySet();
    }

    void run() {
        pending.incrementAndGet();
        Call call = new Call();
        calls.add(call);
        current = call;
        Reading reading = new Reading(queue, List.of(), start, new Portion(limit, 1 << 20, Message::bytes), WAIT_NANOS);
        exchange.read(reading, call);
    }

    /** Ends the read under way as a client does that goes away, and then comes back. */
    void breakOff() {
        Call call = current;
        Reader reader = call == null ? null : call.reader;
        if (reader != null) {
            reader.end(End.GONE);
        }
    }

    void stop() {
        stopped = true;
    }

    boolean isIdle() {
        return stopped && pending.get() == 0;
    }

    QueueName queue() {
        return queue;
    }

    Collection<Long> got() {
        return got;
    }

    /** Reads that were not answered exactly once. */
    long wrongCalls() {
        return calls.stream().filter(call -> call.answers.get() != 1).count();
    }

    private void take(Batch batch) {
        if (batch.gap() != null) {
            faults.add(name + " has a gap");
        }
        long last = first instanceof Reading.Start.Handed
                ? 0
                : ((Reading.Start.After) start).cursor().offset();
        for (Message message : batch.messages()) {
            if (message.offset() <= last || message.offset() > batch.cursor().offset()) {
                faults.add(name + " got " + message + " after " + last + " and before " + batch.cursor());
            }
            last = message.offset();
            if (!got.add(last)) {
                faults.add(name + " got " + message + " once more");
            }
        }
        if (first instanceof Reading.Start.After) {
            start = new Reading.Start.After(batch.cursor());
        }
    }

    private final class Call implements Outlet {
        private final AtomicInteger answers = new AtomicInteger();
        private volatile Reader reader;

        @Override
        public void began(Reader made) {
            reader = made;
        }

        @Override
        public void answer(Batch batch) {
            if (answers.incrementAndGet() == 1) {
                take(batch);
                executor.execute(this::goOn);
            }
        }

        private void goOn() {
            if (!stopped) {
                run();
            }
            pending.decrementAndGet();
        }

        @Override
        public void refuse(Refusal refusal) {
            faults.add(name + " was refused: " + refusal);
        }

        @Override
        public void broken(Throwable cause) {
            faults.add(name + " broke: " + cause);
        }
    }
}
