// SPDX-License-Identifier: Apache-2.0
package dev.perch.programs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import dev.perch.docs.Shell;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What nginx does to each view with its own settings, and with those that {@code operations.md} says. */
final class NginxIT {
    private static final Path DOCUMENT = Path.of("src/docs/operations.md");
    private static final Pattern BLOCK = Pattern.compile("```nginx\n(.*?)```", Pattern.DOTALL);
    private static final Path SCRIPT = Path.of("src/test/node/event-source.js");
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    /** Nothing but the place of the server; more goes behind it. */
    private static final String DEFAULTS =
            """
            server {
                listen 80;
                location / { proxy_pass http://127.0.0.1:8080; %s }
            }
            """;

    @TempDir
    Path directory;

    private TestServer perch;

    @BeforeAll
    static void nginxIsThere() {
        Nginx.assumeInstalled();
        Shell.assumeInstalled("curl");
    }

    @BeforeEach
    void start() {
        perch = TestServer.start();
    }

    @AfterEach
    void stop() {
        perch.close();
    }

    @Test
    void theDefaultsPassPollsAndStreamsAtOnce() throws Exception {
        try (Nginx nginx = Nginx.start(directory, perch, DEFAULTS.formatted(""))) {
            passesPolls(nginx);
            passesStreams(nginx);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"proxy_buffering on;", "proxy_buffering off;"})
    void bufferingMakesNoDifferenceToStreams(String setting) throws Exception {
        try (Nginx nginx = Nginx.start(directory, perch, DEFAULTS.formatted(setting))) {
            passesStreams(nginx);
        }
    }

    @Test
    void streamsAreHeldBackWhereTheirFieldIsIgnored() throws Exception {
        String http = DEFAULTS.formatted("proxy_ignore_headers X-Accel-Buffering;");
        try (Nginx nginx = Nginx.start(directory, perch, http);
                Program curl = curl("-H", "Accept: text/event-stream", nginx.uri("mailbox/ann"))) {
            await().atMost(Program.SOON).until(() -> perch.openStreams() == 1);
            new Messages(perch.uri("mailbox/ann")).publish();
            await().during(Duration.ofSeconds(2)).until(() -> curl.printed().isEmpty());
            perch.drain();
            curl.awaitPrinted("{\"message\":\"m0\"}");
        }
        perch = TestServer.start();
        try (Nginx nginx = Nginx.start(directory, perch, http.replace("; }", "; proxy_buffering off; }"))) {
            passesStreams(nginx);
        }
    }

    @Test
    void theDefaultsRefuseSocketsAndTakeNothingForThem() throws Exception {
        try (Nginx nginx = Nginx.start(directory, perch, DEFAULTS.formatted(""))) {
            new Messages(perch.uri("mailbox/ann")).publish();
            Throwable refused = assertThrows(CompletionException.class, () -> new Talk(nginx.uri("mailbox/ann")));
            HttpResponse<?> response = ((WebSocketHandshakeException) refused.getCause()).getResponse();
            assertEquals(403, response.statusCode(), "its page seems to be another site's");
            String next = get(perch.uri("mailbox/ann")).body();
            assertTrue(next.contains("{\"message\":\"m0\"}"), () -> "it was handed out: " + next);
        }
    }

    /** A second stands for nginx's own 60. */
    @Test
    void aWaitAboveTheReadTimeoutIsCutOffAndTheDocumentedOneIsAboveAllWaits() throws Exception {
        String http = DEFAULTS.formatted("proxy_read_timeout 1s;");
        try (Nginx nginx = Nginx.start(directory, perch, http)) {
            assertEquals(504, get(nginx.uri("mailbox/ann?wait=5")).statusCode());
        }
        Matcher timeout = Pattern.compile("proxy_read_timeout (\\d+)s;").matcher(documented());
        assertTrue(timeout.find() && Integer.parseInt(timeout.group(1)) > 120, documented());
    }

    @Test
    void eachReaderTakesTwoOfNginxsConnections() throws Exception {
        try (Nginx nginx = Nginx.start(directory, perch, DEFAULTS.formatted(""), 40)) {
            List<CompletableFuture<Integer>> statuses = IntStream.range(0, 30)
                    .mapToObj(i -> HttpRequest.newBuilder(nginx.uri("mailbox/m" + i + "?wait=2"))
                            .build())
                    .map(request -> HTTP.sendAsync(request, BodyHandlers.discarding())
                            .handle((response, broken) -> broken == null ? response.statusCode() : 0))
                    .toList();
            long served =
                    statuses.stream().filter(status -> status.join() == 200).count();
            assertTrue(served >= 15 && served <= 20, served + " of 30 polls were answered over 40 connections");
        }
    }

    @Test
    void theDocumentedSettingsPassEveryView() throws Exception {
        try (Nginx nginx = Nginx.start(directory, perch, documented())) {
            passesPolls(nginx);
            passesStreams(nginx);
            Talk ann = new Talk(nginx.uri("mailbox/ann?to=mailbox/bob"));
            Talk bob = new Talk(nginx.uri("mailbox/bob?to=mailbox/ann"));
            ann.socket.sendText("to bob", true).join();
            assertEquals("to bob", bob.next());
            bob.socket.sendText("to ann", true).join();
            assertEquals("to ann", ann.next());
            Talk one = new Talk(nginx.uri("socket"));
            Talk two = new Talk(nginx.uri("socket?echo=1"));
            two.socket.sendText("to all", true).join();
            assertEquals("to all", one.next());
            assertEquals("to all", two.next());
            List.of(ann, bob, one, two).forEach(talk -> talk.socket.abort());
            await().atMost(Program.SOON).until(() -> perch.openSockets() == 0);
        }
    }

    @Test
    void theDocumentedSettingsHideWhatIsNotForUsers() throws Exception {
        try (Nginx nginx = Nginx.start(directory, perch, documented())) {
            for (String path : List.of("metrics", "health/ready", "topics", "")) {
                assertEquals(404, get(nginx.uri(path)).statusCode(), path);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"eventsource@3.0.7", "event-source-polyfill@1.0.31"})
    void aRestartEndsAnEventSourceWithTheDefaultsAndNotWithTheDocumentedSettings(String client) throws Exception {
        Shell.assumeInstalled("node", "npm");
        Program.installFromNpm(directory, client);
        Files.copy(SCRIPT, directory.resolve("event-source.js"));
        String name = client.substring(0, client.indexOf('@'));
        String data = "--data=" + directory.resolve("data");
        perch.close();
        perch = TestServer.start(data);
        String port = "--port=" + perch.uri().getPort();
        Messages messages = new Messages(perch.uri("mailbox/ann"));
        Path other = Files.createDirectory(directory.resolve("other"));
        try (Nginx plain = Nginx.start(other, perch, DEFAULTS.formatted(""));
                Nginx nginx = Nginx.start(directory, perch, documented());
                Program lost = eventSource(name, plain);
                Program kept = eventSource(name, nginx)) {
            String first = messages.publish();
            lost.awaitPrinted("message " + first);
            kept.awaitPrinted("message " + first);
            perch.drain();
            lost.awaitPrinted("given up");
            assertEquals(502, get(nginx.uri("mailbox/ann")).statusCode());
            perch = TestServer.start(data, port);
            for (int i = 0; i < 5; i++) {
                messages.publish();
            }
            await().atMost(Program.SOON).until(() -> kept.lines("message ").size() >= 6);
            assertEquals(messages.published(), kept.lines("message "));
            assertEquals(List.of(first), lost.lines("message "));
        }
    }

    private void passesPolls(Nginx nginx) throws Exception {
        try (Program poll = curl(nginx.uri("mailbox/polled?after=start"))) {
            await().atMost(Program.SOON).until(() -> perch.openPolls() == 1);
            new Messages(nginx.uri("mailbox/polled")).publish();
            poll.awaitPrinted("{\"message\":\"m0\"}");
        }
        try (Program poll = curl(nginx.uri("mailbox/other"))) {
            await().atMost(Program.SOON).until(() -> perch.openPolls() == 1);
            assertTrue(poll.isAlive(), poll.printed());
        }
        // The client has gone, and nginx says so.
        await().atMost(Program.SOON).until(() -> perch.openPolls() == 0);
    }

    private void passesStreams(Nginx nginx) throws Exception {
        for (String accept : List.of("text/event-stream", "application/x-ndjson")) {
            try (Program stream = curl("-H", "Accept: " + accept, nginx.uri("topic/news"))) {
                await().atMost(Program.SOON).until(() -> perch.openStreams() == 1);
                Messages messages = new Messages(perch.uri("topic/news"));
                for (int i = 0; i < 5; i++) {
                    stream.awaitPrinted("{\"message\":\"" + messages.publish() + "\"}");
                }
            }
            await().atMost(Program.SOON).until(() -> perch.openStreams() == 0);
        }
    }

    private Program eventSource(String name, Nginx nginx) throws IOException {
        String place = nginx.uri("mailbox/ann?after=start").toString();
        return Program.start(directory, "node", "event-source.js", name, place);
    }

    private Program curl(Object... arguments) throws IOException {
        String[] command = new String[arguments.length + 2];
        command[0] = "curl";
        command[1] = "-sSN";
        for (int i = 0; i < arguments.length; i++) {
            command[i + 2] = arguments[i].toString();
        }
        return Program.start(directory, command);
    }

    private static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString(UTF_8));
    }

    /** The block of the document, as it stands. */
    private static String documented() throws IOException {
        Matcher block = BLOCK.matcher(Files.readString(DOCUMENT));
        assertTrue(block.find(), () -> DOCUMENT + " shows no block for nginx");
        return block.group(1);
    }

    /** A socket from a page of nginx's own host. */
    private static final class Talk implements WebSocket.Listener {
        private final BlockingQueue<String> came = new LinkedBlockingQueue<>();
        private final WebSocket socket;

        Talk(URI place) {
            socket = HTTP.newWebSocketBuilder()
                    .header("Origin", "http://" + place.getAuthority())
                    .buildAsync(URI.create("ws" + place.toString().substring(4)), this)
                    .join();
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
            came.add(text.toString());
            from.request(1);
            return CompletableFuture.completedStage(null);
        }

        String next() throws InterruptedException {
            return came.poll(30, TimeUnit.SECONDS);
        }
    }
}
