// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands beside the server say and do: check, export and backup. */
final class CommandsIT {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final int PAGE = 4096;

    @TempDir
    private Path temporary;

    private Path data;
    private Process server;
    private URI uri;

    /** What a command did. */
    private record Outcome(int status, String out, String err) {
        Outcome assertStatus(int expected) {
            assertEquals(expected, status, this::toString);
            return this;
        }

        List<JsonObject> messages() {
            return out.lines()
                    .map(line -> JsonParser.parseString(line).getAsJsonObject())
                    .toList();
        }
    }

    @AfterEach
    void killServer() throws InterruptedException {
        if (server != null) {
            server.destroyForcibly().waitFor();
        }
    }

    @Test
    void aSoundDirectoryIsSaidToBeSound() throws Exception {
        start();
        publish("mailbox/alice", "one");
        publish("mailbox/bob", "two");
        publish("topic/news", "three");
        String sound = data.resolve("perch.db") + " is sound: 3 messages (0.0 MB) in 2 mailboxes and 1 topics\n";
        assertEquals(new Outcome(0, sound, ""), run("check", data), "beside the server");
        kill();
        assertEquals(new Outcome(0, sound, ""), run("check", data), "after it was killed");
        start();
        stop();
        assertEquals(new Outcome(0, sound, ""), run("check", data), "after it was stopped");
    }

    @Test
    void anExportHasTheMessagesOfEachQueue() throws Exception {
        start();
        String id = publish("mailbox/alice?type=t&from=bob", "one");
        publish("topic/news", "{\"a\":[1, 2]}", "application/json");
        publish("mailbox/alice", "\u0000\u0001", "application/octet-stream");
        List<JsonObject> beside = run("export", data).assertStatus(0).messages();
        assertEquals(3, beside.size());
        assertEquals(
                List.of("queue", "id", "time", "type", "from", "data"),
                List.copyOf(beside.get(0).keySet()));
        assertEquals("mailbox/alice", beside.get(0).get("queue").getAsString());
        assertEquals(id, beside.get(0).get("id").getAsString());
        assertEquals("one", beside.get(0).get("data").getAsString());
        assertEquals("topic/news", beside.get(1).get("queue").getAsString());
        assertEquals("{\"a\":[1,2]}", beside.get(1).get("data").toString());
        assertEquals("AAE=", beside.get(2).get("base64").getAsString());
        stop();
        assertEquals(beside, run("export", data).assertStatus(0).messages());
    }

    @Test
    void checkAndExportLeaveTheDirectoryAsItWas() throws Exception {
        start();
        publish("mailbox/alice", "one");
        kill();
        assertTrue(Files.exists(data.resolve("perch.db-wal")));
        assertLeftAlone();
        Files.delete(data.resolve("perch.db-shm"));
        assertLeftAlone();
        start();
        stop();
        assertFalse(Files.exists(data.resolve("perch.db-wal")));
        assertLeftAlone();
    }

    private void assertLeftAlone() throws IOException {
        Map<String, List<Byte>> before = files();
        run("check", data).assertStatus(0);
        assertEquals(before, files());
        assertEquals(1, run("export", data).assertStatus(0).messages().size());
        assertEquals(before, files());
    }

    private Map<String, List<Byte>> files() throws IOException {
        Map<String, List<Byte>> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(data)) {
            for (Path file : all.toList()) {
                byte[] bytes = Files.readAllBytes(file);
                files.put(
                        file.getFileName().toString(),
                        IntStream.range(0, bytes.length).mapToObj(i -> bytes[i]).toList());
            }
        }
        return files;
    }

    @Test
    void aFlippedBitIsFoundAndTheMessageIsNotExported() throws Exception {
        start();
        for (int i = 1; i <= 9; i++) {
            publish("mailbox/alice", "message number " + i);
        }
        stop();
        byte[] file = Files.readAllBytes(data.resolve("perch.db"));
        int at = new String(file, ISO_8859_1).indexOf("message number 4");
        file[at] ^= 4;
        Files.write(data.resolve("perch.db"), file);

        Outcome check = run("check", data).assertStatus(1);
        assertEquals(
                """
                %s/perch.db is damaged:
                  message 4: the message 4 of mailbox/alice does not match its checksum
                Readable: 8 messages (0.0 MB) in 1 mailboxes and 0 topics
                Stop the server and keep a copy of %s. Then put a backup in its place, or save what is readable with: \
                perch export %s > messages.ndjson
                """
                        .formatted(data, data, data),
                check.out());
        Outcome export = run("export", data).assertStatus(1);
        assertEquals("perch: message 4: the message 4 of mailbox/alice does not match its checksum\n", export.err());
        assertEquals(8, export.messages().size());
        assertArrayEquals(file, Files.readAllBytes(data.resolve("perch.db")));
        assertEquals(
                1,
                run("backup", data, temporary.resolve("copy"))
                        .assertStatus(1)
                        .err()
                        .lines()
                        .count());
        assertFalse(Files.exists(temporary.resolve("copy")));
    }

    @Test
    void anExportGoesOnBehindDamagedPages() throws Exception {
        start();
        for (int i = 1; i <= 200; i++) {
            publish("mailbox/alice", i + " " + "x".repeat(1000));
        }
        stop();
        Path file = data.resolve("perch.db");
        String content = Files.readString(file, ISO_8859_1);
        try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
            for (int number : List.of(60, 63, 150)) {
                damaged.seek((long) (content.indexOf(number + " xxx") / PAGE) * PAGE);
                damaged.write(new byte[PAGE]);
            }
        }
        Outcome export = run("export", data).assertStatus(1);
        List<Integer> numbers = export.messages().stream()
                .map(message -> message.get("data").getAsString())
                .map(text -> Integer.parseInt(text.substring(0, text.indexOf(' '))))
                .toList();
        assertTrue(numbers.size() >= 185 && numbers.size() < 198, numbers::toString);
        assertTrue(numbers.containsAll(List.of(1, 50, 70, 140, 160, 200)), numbers::toString);
        assertEquals(numbers.stream().sorted().toList(), numbers);
        assertTrue(
                export.err().matches("(perch: messages after offset \\d+ and before \\d+ cannot be read: .*\n){2,3}"),
                export.err());
        Outcome check = run("check", data).assertStatus(1);
        assertTrue(check.out().contains("Readable: " + numbers.size() + " messages"), check.out());
    }

    @Test
    void aBackupUnderLoadIsCompleteAndBeginsANewEpoch() throws Exception {
        start();
        for (int i = 0; i < 200; i++) {
            publish("mailbox/m" + i % 10, "before " + i);
        }
        AtomicBoolean loading = new AtomicBoolean(true);
        List<CompletableFuture<Void>> publishers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String path = "topic/load" + i;
            publishers.add(CompletableFuture.runAsync(() -> {
                while (loading.get()) {
                    publish(path, "y".repeat(3000));
                }
            }));
        }
        String cursor = publish("mailbox/m0", "the last before the backup");
        Path copy = temporary.resolve("copy.db");
        Outcome backup = run("backup", data, copy).assertStatus(0);
        assertTrue(backup.out().matches(".*copy\\.db holds \\d+ messages .*\n"), backup.out());
        String later = publish("mailbox/m0", "after the backup");
        loading.set(false);
        for (CompletableFuture<Void> publisher : publishers) {
            publisher.get();
        }
        stop();
        assertEquals(List.of("copy.db", "data"), names(temporary));

        data = temporary.resolve("restored");
        Files.createDirectory(data);
        Files.copy(copy, data.resolve("perch.db"));
        run("check", data).assertStatus(0);
        start();
        for (String old : List.of(cursor, later)) {
            JsonObject answer = read("mailbox/m0?wait=0&after=" + old);
            assertEquals("epoch", answer.getAsJsonObject("gap").get("why").getAsString());
            List<String> texts = answer.getAsJsonArray("messages").asList().stream()
                    .map(message -> message.getAsJsonObject().get("data").getAsString())
                    .toList();
            assertEquals(21, texts.size(), "those of before the backup");
            assertEquals("the last before the backup", texts.get(20));
        }
        String fresh = publish("mailbox/m0", "in the new epoch");
        assertFalse(fresh.startsWith(cursor.substring(0, cursor.indexOf('.') + 1)), fresh);
        kill();
        start();
        JsonObject same = read("mailbox/m0?wait=0&after=" + fresh);
        assertFalse(same.has("gap"), "the new epoch stays: " + same);
    }

    @Test
    void aBackupReplacesNothing() throws Exception {
        start();
        publish("mailbox/alice", "one");
        Path copy = Files.writeString(temporary.resolve("copy.db"), "mine");
        assertEquals(
                new Outcome(1, "", "perch: " + copy + " exists already; remove it, or give the backup another name\n"),
                run("backup", data, copy));
        assertEquals("mine", Files.readString(copy));
        Path nowhere = temporary.resolve("no/copy.db");
        assertEquals(
                new Outcome(1, "", "perch: " + nowhere + " cannot be written: there is no such directory\n"),
                run("backup", data, nowhere));
        assertEquals(List.of("copy.db", "data"), names(temporary));
    }

    @Test
    void whatIsNoDataDirectoryIsRefusedInASentence() throws IOException {
        Path empty = Files.createDirectory(temporary.resolve("empty"));
        String sentence = "perch: " + empty + " is no data directory of Perch: there is no perch.db in it\n";
        for (String command : List.of("check", "export")) {
            assertEquals(new Outcome(1, "", sentence), run(command, empty));
        }
        assertEquals(new Outcome(1, "", sentence), run("backup", empty, temporary.resolve("copy")));
        assertEquals(List.of("empty"), names(temporary));
        Files.writeString(empty.resolve("perch.db"), "this is not a database; ".repeat(1000));
        for (String command : List.of("check", "export")) {
            Outcome outcome = run(command, empty).assertStatus(1);
            assertTrue(outcome.err().startsWith("perch: " + empty), outcome.err());
            assertEquals(1, outcome.err().lines().count(), outcome.err());
        }
    }

    @Test
    void aWrongCommandLineEndsWithStatus2() {
        run("check").assertStatus(2);
        run("backup", temporary).assertStatus(2);
        run("export", temporary, "more").assertStatus(2);
        assertTrue(run("check", "--help").assertStatus(0).out().startsWith("Usage: perch check [-hV] DIR"));
        assertTrue(run("--help").assertStatus(0).out().contains("backup"));
    }

    private static Outcome run(Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        String[] args = Stream.of(arguments).map(Object::toString).toArray(String[]::new);
        int status = Main.run(args, Map.of(), new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        return new Outcome(status, out.toString(UTF_8), err.toString(UTF_8));
    }

    /** A server in a process of its own, as the commands are for their users. */
    private void start() throws IOException {
        Path jar = Path.of(System.getProperty("perch.jar", "target/perch.jar"));
        assumeTrue(Files.exists(jar), "the jar is built");
        data = data == null ? temporary.resolve("data") : data;
        server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        jar.toString(),
                        "--port=0",
                        "--data=" + data)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String line = server.inputReader(UTF_8).readLine();
        uri = URI.create(line.substring(line.indexOf("http")));
    }

    private void stop() throws InterruptedException {
        server.destroy();
        assertEquals(0, server.waitFor());
    }

    private void kill() throws InterruptedException {
        server.destroyForcibly().waitFor();
    }

    private String publish(String path, String text) {
        return publish(path, text, "text/plain");
    }

    private String publish(String path, String text, String contentType) {
        HttpRequest request = HttpRequest.newBuilder(uri.resolve("/" + path))
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString(text))
                .build();
        return send(request, 201).get("id").getAsString();
    }

    private JsonObject read(String path) {
        return send(HttpRequest.newBuilder(uri.resolve("/" + path)).build(), 200);
    }

    private static JsonObject send(HttpRequest request, int expected) {
        try {
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            assertEquals(expected, answer.statusCode(), answer::body);
            return JsonParser.parseString(answer.body()).getAsJsonObject();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
