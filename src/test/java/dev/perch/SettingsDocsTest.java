// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What can be set and what is measured stands in the documents, and nothing else does. */
class SettingsDocsTest {
    private static final Pattern SETTING =
            Pattern.compile("(?m)^\\| `(--[a-z-]+)` \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|$");
    /** The defaults that are no values. */
    private static final Map<String, String> COMPUTED = Map.of(
            "--cache", "a quarter of the heap",
            "--store-bytes", "16 GiB",
            "--publish-rate", "`2000`, or none",
            "--parked-per-client", "`20000`, or none",
            "--connections-per-address", "`20000`, or none",
            "--new-mailboxes", "`10000`, or none",
            "--bad-tokens", "`100`, or none");
    /** Those that have no default are off. */
    private static final String NONE = "none";

    private static final Pattern METER = Pattern.compile("(?m)^# TYPE (perch_[a-z_]+) ");

    @Test
    void everyOptionStandsInOperationsWithItsDefault() throws IOException {
        Set<String> shown = new TreeSet<>();
        rows("src/docs/operations.md").forEach(row -> shown.add(row.group(1) + " " + row.group(3)));
        Set<String> there = new TreeSet<>();
        for (OptionSpec option : new CommandLine(new Config()).getCommandSpec().options()) {
            String usual = option.defaultValue() == null ? NONE : '`' + option.defaultValue() + '`';
            String value = COMPUTED.getOrDefault(option.longestName(), usual);
            there.add(option.longestName() + " " + value);
        }
        assertEquals(String.join("\n", there), String.join("\n", shown));
    }

    @Test
    void theReadmeSaysTheSameOfSomeOfThem() throws IOException {
        Set<String> all = rows("src/docs/operations.md").map(MatchResult::group).collect(Collectors.toSet());
        Set<String> some = rows("README.md").map(MatchResult::group).collect(Collectors.toSet());
        assertTrue(some.size() > 5, () -> "only " + some);
        some.removeAll(all);
        assertEquals(Set.of(), some);
    }

    private static Stream<MatchResult> rows(String document) throws IOException {
        return SETTING.matcher(Files.readString(Path.of(document))).results();
    }

    @Test
    void everyMeterStandsInOperations() throws Exception {
        String operations = Files.readString(Path.of("src/docs/operations.md"));
        Set<String> meters;
        try (TestServer server = TestServer.start()) {
            HttpClient client = HttpClient.newHttpClient();
            client.send(
                    HttpRequest.newBuilder(server.uri("mailbox/_reserved"))
                            .POST(HttpRequest.BodyPublishers.ofString("refused, so that there is a meter for it"))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            HttpRequest metrics = HttpRequest.newBuilder(server.uri("metrics")).build();
            String exposition =
                    client.send(metrics, HttpResponse.BodyHandlers.ofString()).body();
            meters = METER.matcher(exposition)
                    .results()
                    .map((MatchResult found) -> found.group(1))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        assertTrue(meters.size() > 10, () -> "only " + meters);
        meters.removeIf(meter -> operations.contains('`' + meter + '`') || operations.contains('`' + meter + '{'));
        assertEquals(Set.of(), meters);
    }
}
