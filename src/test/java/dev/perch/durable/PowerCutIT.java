// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import dev.perch.TestServer;
import dev.perch.durable.DiskTrace.Write;
import dev.perch.durable.Publishers.Sent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is left after the power went. A server is recorded from its first start to its end while clients publish; then
 * disks are made as a cut at some moment could have left them, and a server is started on each. It must have all that
 * had been acknowledged, or shown to a reader, before the cut, unaltered. {@code -Dperch.long=true} cuts a hundred
 * times.
 */
final class PowerCutIT {
    private static final boolean FULL_LENGTH = Boolean.getBoolean("perch.long");
    private static final int CUTS = FULL_LENGTH ? 100 : 10;
    private static final int MESSAGES = FULL_LENGTH ? 4000 : 1000;
    private static final String[] ROOM = {
        "--mailbox-messages=100000", "--mailbox-bytes=1000000000", "--topic-messages=100000", "--topic-bytes=1000000000"
    };

    private static final int BRIEF = 300;

    private final long seed = Long.getLong("perch.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @TempDir
    private Path temporary;

    private Publishers publishers;

    @Test
    void whatWasAcknowledgedIsThereAfterAPowerCut() throws Exception {
        Path jar = Path.of(System.getProperty("perch.jar", "target/perch.jar"));
        assumeTrue(Files.exists(jar), "the jar is built");
        DiskTrace trace = record(List.of("-jar", jar.toString()));
        assertCheckpoints(trace);
        List<String> faults = cutOften(trace);
        assertEquals(List.of(), faults, () -> faults.size() + " of " + CUTS + " disks; seed " + seed);
    }

    /** That the test above finds loss where there is some. */
    @Test
    void withoutSyncsTheSameCutsLoseMessages() throws Exception {
        DiskTrace trace = record(List.of("-cp", System.getProperty("java.class.path"), "dev.perch.UnsyncedServer"));
        List<String> faults = cutOften(trace);
        assertTrue(!faults.isEmpty(), () -> "none of " + CUTS + " disks lost anything; seed " + seed);
    }

    private DiskTrace record(List<String> program) throws Exception {
        RecordedServer.assumeInstalled();
        System.out.println("PowerCutIT: -Dperch.seed=" + seed);
        Path record = temporary.resolve("trace");
        Path data = temporary.toRealPath().resolve("recorded");
        List<String> java = new ArrayList<>(program);
        java.addAll(List.of("--port=0", "--data=" + data));
        java.addAll(List.of(ROOM));
        try (RecordedServer server = RecordedServer.start(record, java)) {
            publishers = new Publishers(server.uri(), MESSAGES, seed);
            publishers.run();
            server.stop();
        }
        DiskTrace trace = DiskTrace.read(record, data);
        Files.delete(record);
        assertEquals(
                Set.of(), missing(publishers.batches().keySet(), trace.promised(Integer.MAX_VALUE)), "not recorded");
        return trace;
    }

    /** Without them the database file itself would never be at risk. */
    private static void assertCheckpoints(DiskTrace trace) {
        long pages = writesUnderLoad(trace, "perch.db").size();
        long begun = writesUnderLoad(trace, "perch.db-wal").stream()
                .filter(write -> write.at() == 0)
                .count();
        System.out.println("PowerCutIT: " + pages + " pages came into the file, and the log began " + begun + " times");
        assertTrue(pages > 100, "while clients published");
        assertTrue(begun > 1 || !FULL_LENGTH, "while clients published");
    }

    private static List<Write> writesUnderLoad(DiskTrace trace, String file) {
        int lastAnswer = trace.answers().get(trace.answers().size() - 1);
        return trace.file(file).changes.stream()
                .filter(change -> change instanceof Write && change.begun() < lastAnswer)
                .map(Write.class::cast)
                .toList();
    }

    /** Cuts at moments spread over the whole life of the server; every second one right after an answer. */
    private List<String> cutOften(DiskTrace trace) throws Exception {
        List<String> faults = new ArrayList<>();
        int kept = 0;
        for (int i = 0; i < CUTS; i++) {
            List<Integer> moments = i % 2 == 0 ? trace.moments() : trace.answers();
            int cut = moments.get((int) ((i + random.nextDouble()) * moments.size() / CUTS));
            Disk disk = Disk.after(trace, cut, random);
            Path data = temporary.resolve("disk" + i);
            disk.write(data);
            try {
                kept += check(data, promised(trace, cut));
            } catch (IOException | RuntimeException | AssertionError e) {
                faults.add("cut " + i + " after line " + cut + ", " + disk + ": " + brief(e));
            }
            delete(data);
        }
        System.out.println("PowerCutIT: " + CUTS + " cuts, " + faults.size() + " with loss; "
                + publishers.sent().size() + " messages published, " + kept + " acknowledged ones found again");
        faults.stream().limit(1).forEach(System.out::println);
        return faults;
    }

    private static String brief(Throwable fault) {
        String text = fault.toString();
        return text.length() < BRIEF ? text : text.substring(0, BRIEF) + "…";
    }

    /** The messages that somebody had been told of. */
    private Map<String, Sent> promised(DiskTrace trace, int cut) {
        Map<String, Sent> promised = new HashMap<>();
        for (String told : trace.promised(cut)) {
            for (String id : publishers.batches().getOrDefault(told, List.of(told))) {
                promised.put(id, publishers.sent().get(id));
            }
        }
        return promised;
    }

    private int check(Path data, Map<String, Sent> promised) throws Exception {
        List<String> options = new ArrayList<>(List.of(ROOM));
        options.add("--data=" + data);
        try (TestServer server = TestServer.start(options.toArray(String[]::new))) {
            Talk talk = new Talk(server.uri());
            Map<String, Sent> found = new HashMap<>();
            long last = 0;
            for (String queue : Publishers.QUEUES) {
                for (JsonObject message : talk.readAll(queue, "start")) {
                    String id = message.get("id").getAsString();
                    Sent before =
                            found.put(id, new Sent(queue, message.get("data").getAsString()));
                    assertEquals(null, before, () -> id + " is there twice");
                    last = Math.max(last, offset(id));
                }
            }
            assertEquals(Set.of(), missing(promised.keySet(), found.keySet()), "acknowledged and lost");
            found.forEach((id, sent) -> assertEquals(publishers.sent().get(id), sent, id));
            assertWholeBatches(found.keySet());
            assertGoesOn(talk, promised.keySet(), last);
        }
        return promised.size();
    }

    private void assertWholeBatches(Set<String> found) {
        publishers.batches().values().forEach(batch -> {
            long there = batch.stream().filter(found::contains).count();
            assertTrue(there == 0 || there == batch.size(), () -> there + " of the batch " + batch);
        });
    }

    /** Cursors that were given out mean what they did, and offsets that were given out are not used again. */
    private static void assertGoesOn(Talk talk, Set<String> promised, long last) throws Exception {
        String queue = Publishers.QUEUES.get(0);
        String id = talk.publish(queue, "text/plain", "later").get("id").getAsString();
        assertTrue(offset(id) > last, () -> id + " after " + last);
        for (String cursor : promised.stream().limit(1).toList()) {
            assertTrue(
                    offset(id)
                            > promised.stream()
                                    .mapToLong(PowerCutIT::offset)
                                    .max()
                                    .orElse(0),
                    id);
            List<JsonObject> later = talk.readAll(queue, cursor);
            assertEquals(id, later.get(later.size() - 1).get("id").getAsString());
        }
    }

    private static long offset(String id) {
        return Long.parseLong(id.substring(id.indexOf('.') + 1));
    }

    private static Set<String> missing(Set<String> expected, Set<String> there) {
        Set<String> missing = new TreeSet<>(expected);
        missing.removeAll(new HashSet<>(there));
        return missing;
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }
}
