// SPDX-License-Identifier: Apache-2.0
package dev.perch.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import dev.perch.access.Issuer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every block of curl in the documents is run against a server, and what it prints is what the document shows. What
 * differs from run to run is masked on both sides: the epoch, which the documents call {@code k3}, times, dates,
 * lengths, which depend on the epoch, when a stream is to be opened again, which is spread, and how long a client that
 * was too fast has to wait, which is less on a slow machine.
 */
class CurlIT {
    private static final Path README = Path.of("README.md");
    private static final Path API = Path.of("src/docs/api.md");
    private static final String PLACE = "localhost:8080";
    /** In the documents the jar does this, and its secret is in the environment. */
    private static final String PERCH = '"' + System.getProperty("java.home") + "/bin/java\" -cp '"
            + System.getProperty("java.class.path") + "' dev.perch.Main token --secret-file=";

    private static final String EPOCH = "\\bk3\\b";

    @TempDir
    Path directory;

    static Stream<Section> sections() {
        return Stream.of(README, API).flatMap(document -> Section.of(document).stream());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sections")
    void everyRequestIsAnsweredAsShown(Section section) throws Exception {
        Shell.assumeInstalled("bash", "curl");
        try (TestServer server = TestServer.start(options(section.title()))) {
            String place = server.uri().getAuthority();
            String epoch = epoch(server);
            Shell shell = new Shell(directory);
            for (Section.Step step : section.steps()) {
                String commands = step.commands()
                        .replace("java -jar perch.jar token", PERCH + directory + "/secret")
                        .replace(PLACE, place)
                        .replaceAll(EPOCH, epoch);
                Shell.Outcome outcome = step.endless()
                        ? shell.runUntil(commands, step.answer().lines().count())
                        : shell.run(commands);
                String where = section.title() + ", line " + step.line();
                assertEquals(0, outcome.status(), () -> where + ": " + outcome.complaint());
                if (step.answer() != null) {
                    String printed = outcome.printed().replace(epoch, "k3").replace(place, PLACE);
                    assertEquals(masked(step.answer()), masked(printed), where);
                }
            }
        }
    }

    /** With what a section wants the server to be started. */
    private String[] options(String title) {
        if (title.contains("Tokens")) {
            return new String[] {Issuer.option(directory)};
        }
        return title.contains("Too fast") ? new String[] {"--publish-rate=1"} : new String[0];
    }

    @Test
    void theCommandsAtTheTopOfTheReadmeAreTheTwoThatAreTested() throws IOException {
        assertEquals(
                List.of("mvn -q -DskipTests package && java -jar target/perch.jar\nmvn verify"),
                Section.fenced(README, "bash"));
        assertTrue(Files.readString(README).lines().limit(10).anyMatch("```bash"::equals), "they stand at the top");
    }

    @Test
    void theReadmeIsShort() throws IOException {
        try (Stream<String> lines = Files.lines(README)) {
            assertTrue(lines.count() <= 300, "at most 300 lines");
        }
    }

    @Test
    void noBlockOfCurlIsLeftOut() throws IOException {
        for (Path document : List.of(README, API)) {
            long run = Section.of(document).stream()
                    .mapToLong(section -> section.steps().size())
                    .sum();
            long there = Files.readString(document)
                    .lines()
                    .filter(line -> line.startsWith("```sh"))
                    .count();
            assertEquals(there, run, document.toString());
        }
    }

    private static String masked(String answer) {
        return answer.replace("\r", "")
                .replaceAll("\"(time|since)\":\\d{13}", "\"$1\":0")
                .replaceAll("(?m)^Date: .*$", "Date:")
                .replaceAll("(?m)^retry: \\d+$", "retry:")
                .replaceAll("\"retry\":\\d+", "\"retry\":0")
                .replaceAll("(Retry-After: |;t=|\"retryAfter\":)\\d{2}\\b", "$1")
                .replaceAll("(?m)^Content-Length: [1-9]\\d*$", "Content-Length:")
                .stripTrailing();
    }

    /** The word with which all cursors of this server begin. */
    private static String epoch(TestServer server) throws IOException, InterruptedException {
        URI uri = server.uri("topic/any");
        HttpRequest head = HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer " + Issuer.known().read("*").token())
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build();
        String cursor = HttpClient.newHttpClient()
                .send(head, HttpResponse.BodyHandlers.discarding())
                .headers()
                .firstValue("Perch-Cursor")
                .orElseThrow();
        return cursor.substring(0, cursor.indexOf('.'));
    }
}
