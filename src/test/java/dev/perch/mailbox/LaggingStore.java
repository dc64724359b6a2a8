// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.perch.store.MemoryStore;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A store in memory that behaves, if asked to, as one on a disk: the domain hears of a change some time after it was
 * made, and a read comes back later than it was asked for. Everything passes by the model.
 */
final class LaggingStore implements Store {
    private final MemoryStore memory;
    private final Model model;
    private final ManualExecutor executor;
    private final SplittableRandom random;
    private final boolean lags;
    private final Queue<Runnable> changes = new ArrayDeque<>();
    private Intake domain;

    LaggingStore(MemoryStore memory, Model model, ManualExecutor executor, SplittableRandom random, boolean lags) {
        this.memory = memory;
        this.model = model;
        this.executor = executor;
        this.random = random;
        this.lags = lags;
    }

    private void tell(Runnable change) {
        if (lags) {
            changes.add(change);
            executor.execute(() -> changes.remove().run());
        } else {
            change.run();
        }
    }

    private <T> CompletionStage<T> afterTelling(T outcome) {
        CompletableFuture<T> stage = new CompletableFuture<>();
        tell(() -> stage.complete(outcome));
        return stage;
    }

    @Override
    public void open(Intake intake) {
        domain = intake;
        memory.open(new Telling());
    }

    @Override
    public String epoch() {
        return memory.epoch();
    }

    @Override
    public long last() {
        return memory.last();
    }

    @Override
    public CompletionStage<Publication> append(QueueName queue, List<Draft> drafts, Key key) {
        Holdings before = model.holdings();
        Publication outcome =
                memory.append(queue, drafts, key).toCompletableFuture().join();
        model.appended(queue, drafts, key, outcome, before);
        return afterTelling(outcome);
    }

    @Override
    public CompletionStage<Page> read(QueueName queue, long after, int limit, long bytes) {
        if (!lags || random.nextInt(3) == 0) {
            return memory.read(queue, after, limit, bytes);
        }
        CompletableFuture<Page> stage = new CompletableFuture<>();
        if (random.nextBoolean()) {
            Page page = memory.read(queue, after, limit, bytes)
                    .toCompletableFuture()
                    .join();
            executor.execute(() -> stage.complete(page));
        } else {
            executor.execute(() -> stage.complete(memory.read(queue, after, limit, bytes)
                    .toCompletableFuture()
                    .join()));
        }
        return stage;
    }

    @Override
    public CompletionStage<Refusal> create(String mailbox) {
        return afterTelling(memory.create(mailbox).toCompletableFuture().join());
    }

    @Override
    public CompletionStage<Refusal> follow(String mailbox, String topic, long since) {
        return afterTelling(
                memory.follow(mailbox, topic, since).toCompletableFuture().join());
    }

    @Override
    public CompletionStage<Void> leave(String mailbox, String topic) {
        return afterTelling(memory.leave(mailbox, topic).toCompletableFuture().join());
    }

    @Override
    public CompletionStage<Void> remove(QueueName queue) {
        memory.remove(queue);
        model.forgetKeys(queue);
        return afterTelling(null);
    }

    @Override
    public CompletionStage<Void> removeIdle(QueueName queue) {
        if (changes.isEmpty()) {
            model.idleRemovals = true;
            memory.removeIdle(queue);
            model.idleRemovals = false;
        }
        return afterTelling(null);
    }

    @Override
    public CompletionStage<Void> save(List<Positions> positions) {
        return memory.save(positions);
    }

    @Override
    public CompletionStage<Void> trim(QueueName queue, long upTo) {
        Holdings before = model.holdings();
        memory.trim(queue, upTo);
        model.trimmed(queue, before);
        return completedFuture(null);
    }

    @Override
    public CompletionStage<Void> expire() {
        Holdings before = model.holdings();
        memory.expire();
        model.expired(before);
        return completedFuture(null);
    }

    @Override
    public Size size(QueueName queue) {
        return memory.size(queue);
    }

    @Override
    public Totals totals() {
        return memory.totals();
    }

    @Override
    public void close() {
        memory.close();
    }

    /** Passes changes on in their order: to the model first, then to the domain. */
    private final class Telling implements Intake {
        @Override
        public void created(MailboxRecord mailbox) {
            tell(() -> {
                model.created(mailbox);
                domain.created(mailbox);
            });
        }

        @Override
        public void found(QueueName queue, long last) {
            throw new IllegalStateException("a new store holds nothing");
        }

        @Override
        public void stored(List<Message> messages) {
            tell(() -> {
                model.stored(messages);
                domain.stored(messages);
            });
        }

        @Override
        public int wake(List<Message> messages) {
            if (!lags) {
                return domain.wake(messages);
            }
            tell(() -> domain.wake(messages));
            return 0;
        }

        @Override
        public void followed(String mailbox, String topic, long since) {
            tell(() -> {
                model.followed(mailbox, topic, since);
                domain.followed(mailbox, topic, since);
            });
        }

        @Override
        public void left(String mailbox, String topic) {
            tell(() -> {
                model.left(mailbox, topic);
                domain.left(mailbox, topic);
            });
        }

        @Override
        public void removed(QueueName queue) {
            model.forgetKeys(queue);
            tell(() -> {
                model.removed(queue);
                domain.removed(queue);
            });
        }

        @Override
        public long droppable(QueueName queue) {
            return domain.droppable(queue);
        }

        @Override
        public long acked(QueueName queue) {
            return domain.acked(queue);
        }

        @Override
        public boolean idle(QueueName queue) {
            boolean idle = domain.idle(queue);
            if (idle && queue.isMailbox()) {
                model.retired(queue.name());
            }
            return idle;
        }
    }
}
