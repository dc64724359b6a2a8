// SPDX-License-Identifier: Apache-2.0
package dev.perch.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.stream.IntStream;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.junit.jupiter.api.Test;

final class TurnaroundTest {
    private final Queue<Runnable> pool = new ArrayDeque<>();
    private final Queue<Runnable> elsewhere = new ArrayDeque<>();
    private final Turnaround turnaround = new Turnaround(pool::add);
    private final List<String> seen = new ArrayList<>();

    @Test
    void connectionGoesOnWhereItWasAnsweredWhenThatWorkIsDone() {
        turnaround.answering().execute(() -> {
            turnaround.execute(connection("first", () -> {}));
            turnaround.execute(connection("second", () -> {}));
            seen.add("work");
        });
        pool.remove().run();
        assertEquals(List.of("work", "first", "second"), seen);
        assertTrue(pool.isEmpty());
    }

    @Test
    void connectionThatAnswersAnotherTakesItBehindThoseThatWait() {
        turnaround.answering().execute(() -> {
            turnaround.execute(connection("first", () -> turnaround.execute(connection("third", () -> {}))));
            turnaround.execute(connection("second", () -> {}));
        });
        pool.remove().run();
        assertEquals(List.of("first", "second", "third"), seen);
    }

    @Test
    void connectionAnsweredByNobodyOfOursGoesToThePool() {
        turnaround.execute(connection("alone", () -> {}));
        assertEquals(List.of(), seen);
        pool.remove().run();
        assertEquals(List.of("alone"), seen);
    }

    @Test
    void nothingIsLeftBehindForTheNextWorkOfTheThread() {
        turnaround.answering().execute(() -> {});
        pool.remove().run();
        connectionAnsweredByNobodyOfOursGoesToThePool();
    }

    @Test
    void threadTakesOnSoManyAndLeavesTheRestToThePool() {
        turnaround.answering().execute(() -> IntStream.range(0, 100)
                .forEach(i -> turnaround.execute(connection("c" + i, () -> {}))));
        pool.remove().run();
        assertEquals(64, seen.size());
        assertEquals(36, pool.size());
    }

    @Test
    void connectionThatFailsTakesNoOtherAlong() {
        turnaround.answering().execute(() -> {
            turnaround.execute(connection("first", () -> {
                throw new IllegalStateException("a fault");
            }));
            turnaround.execute(connection("second", () -> {}));
        });
        pool.remove().run();
        pool.remove().run();
        assertEquals(List.of("first", "second"), seen);
    }

    @Test
    void connectionsAnsweredInPassingGoOnElsewhereAllTogether() {
        turnaround.passing(elsewhere::add).execute(() -> {
            turnaround.execute(connection("first", () -> turnaround.execute(connection("third", () -> {}))));
            turnaround.execute(connection("second", () -> {}));
            seen.add("work");
        });
        assertEquals(List.of("work"), seen);
        elsewhere.remove().run();
        assertEquals(List.of("work", "first", "second", "third"), seen);
        assertTrue(elsewhere.isEmpty());
        assertTrue(pool.isEmpty());
    }

    @Test
    void manyAnsweredInPassingGoOnElsewhereSoManyTogether() {
        turnaround.passing(elsewhere::add).execute(() -> IntStream.range(0, 100)
                .forEach(i -> turnaround.execute(connection("c" + i, () -> {}))));
        elsewhere.remove().run();
        assertEquals(64, seen.size());
        elsewhere.remove().run();
        assertEquals(100, seen.size());
        assertTrue(elsewhere.isEmpty());
        assertTrue(pool.isEmpty());
    }

    @Test
    void whatIsAnsweredInPassingWithoutConnectionsWakesNobody() {
        turnaround.passing(elsewhere::add).execute(() -> seen.add("work"));
        assertEquals(List.of("work"), seen);
        assertTrue(elsewhere.isEmpty());
        assertTrue(pool.isEmpty());
    }

    private Runnable connection(String name, Runnable next) {
        return new TestConnection(() -> {
            seen.add(name);
            next.run();
        });
    }

    /** As the HTTP server has them: a connection that can be run to look for its next request. */
    private static final class TestConnection extends AbstractConnection implements Runnable {
        private final Runnable next;

        TestConnection(Runnable next) {
            super(new ByteArrayEndPoint(), Runnable::run);
            this.next = next;
        }

        @Override
        public void run() {
            next.run();
        }

        @Override
        public void onFillable() {
            throw new UnsupportedOperationException("nothing is read here");
        }
    }
}
