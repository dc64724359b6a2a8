// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.ChildServer;
import dev.perch.ForwardClocks;
import dev.perch.TestCertificate;
import dev.perch.TestServer;
import dev.perch.docs.Shell;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server with a certificate of its own, as its clients see it. */
final class TlsIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    /** A poll that has waited for so long has its connection watched. */
    private static final Duration WATCHED = Duration.ofSeconds(2);
    /** What a watch does wrong shows at once. */
    private static final Duration A_WHILE = Duration.ofMillis(500);

    @TempDir
    static Path made;

    private static TestCertificate first;
    private static TestCertificate second;
    private static SSLContext trust;

    @TempDir
    Path directory;

    private final ForwardClocks clocks = new ForwardClocks();
    private TestServer server;

    @BeforeAll
    static void make() throws Exception {
        first = TestCertificate.make(made, "EC");
        second = TestCertificate.make(made, "RSA");
        trust = TestCertificate.trust(List.of(first, second));
    }

    @BeforeEach
    void start() throws IOException {
        first.install(directory);
        server = TestServer.start(clocks.clocks(), files());
        assertEquals("https", server.uri().getScheme());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String[] files() {
        return new String[] {"--tls-cert=" + directory.resolve("cert.pem"), "--tls-key=" + directory.resolve("key.pem")
        };
    }

    private RawClient connect(String protocol) throws IOException {
        return RawClient.connect(server.uri(), trust, protocol);
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().sslContext(trust).build();
    }

    private HttpRequest publish(String path, String text) {
        return HttpRequest.newBuilder(server.uri(path))
                .POST(BodyPublishers.ofString(text))
                .build();
    }

    private HttpRequest read(String path) {
        return HttpRequest.newBuilder(server.uri(path)).build();
    }

    private String run(String command) throws Exception {
        Shell.Outcome outcome = new Shell(directory).run(command);
        return outcome.printed() + outcome.complaint();
    }

    @ParameterizedTest
    @CsvSource({"--http2, 2", "--http1.1, 1.1", "--tlsv1.3, 2", "--tls-max 1.2, 2"})
    void curlPublishesAndReads(String option, String version) throws Exception {
        Shell.assumeInstalled("curl");
        String curl = "curl -sS --cacert cert.pem -w ' %{http_version} %{http_code}' " + option + " ";
        String published = run(curl + "-d hello " + server.uri("mailbox/ann"));
        assertTrue(published.endsWith(" " + version + " 201"), published);
        String polled = run(curl + server.uri("mailbox/ann"));
        assertTrue(polled.contains("\"data\":\"hello\"") && polled.endsWith(" " + version + " 200"), polled);
    }

    @Test
    void onlyCurrentVersionsAreSpoken() throws Exception {
        Shell.assumeInstalled("openssl");
        String connect = "openssl s_client -connect " + server.uri().getAuthority() + " -cipher ALL:@SECLEVEL=0 ";
        for (String old : List.of("-tls1", "-tls1_1")) {
            String said = run(connect + old);
            assertTrue(said.contains("alert protocol version"), said);
        }
        for (String current : List.of("-tls1_2", "-tls1_3")) {
            String said = run(connect + current + " -brief");
            assertTrue(said.contains("CONNECTION ESTABLISHED"), said);
        }
        String weak = run(connect + "-tls1_2 -cipher AES128-SHA:AES256-SHA:AES128-GCM-SHA256:@SECLEVEL=0");
        assertTrue(weak.contains("alert handshake failure"), weak);
    }

    @Test
    void javaSpeaksHttp2AndIsWoken() throws Exception {
        HttpClient client = client();
        List<CompletableFuture<HttpResponse<String>>> polls = Stream.of("ann", "bob")
                .map(name -> client.sendAsync(read("mailbox/" + name), BodyHandlers.ofString()))
                .toList();
        await().atMost(SOON).until(() -> server.openPolls() == 2);
        assertEquals(
                201,
                client.send(publish("broadcast", "hello"), BodyHandlers.ofString())
                        .statusCode());
        for (CompletableFuture<HttpResponse<String>> poll : polls) {
            HttpResponse<String> answer = poll.get(20, TimeUnit.SECONDS);
            assertEquals(HttpClient.Version.HTTP_2, answer.version());
            assertTrue(answer.body().contains("\"data\":\"hello\""), answer.body());
        }
        CompletableFuture<HttpResponse<String>> gone = client.sendAsync(read("mailbox/ann"), BodyHandlers.ofString());
        await().atMost(SOON).until(() -> server.openPolls() == 1);
        gone.cancel(true);
        await().atMost(SOON).until(() -> server.openPolls() == 0);
    }

    @Test
    void aSocketIsOpenedFromAPageOfTheSameHost() throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        WebSocket socket = client().newWebSocketBuilder()
                .header("Origin", "https://" + server.uri().getAuthority())
                .buildAsync(
                        URI.create("wss://" + server.uri().getAuthority() + "/mailbox/ann"), new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                                heard.complete(text.toString());
                                return null;
                            }
                        })
                .get(20, TimeUnit.SECONDS);
        client().send(publish("mailbox/ann", "over wss"), BodyHandlers.ofString());
        assertEquals("over wss", heard.get(20, TimeUnit.SECONDS));
        socket.abort();
        await().atMost(SOON).until(() -> server.openSockets() == 0);
    }

    @Test
    void whoComesWithoutEncryptionIsTold() throws IOException {
        try (RawClient plain = RawClient.connect(server)) {
            Reply reply = plain.request("GET", "/mailbox/ann").receive();
            reply.assertProblem(400, "bad-request");
            assertTrue(reply.text().contains("https://"), reply.text());
            assertEquals(-1, plain.read());
        }
    }

    @Test
    void aStoreServesAsWell() throws IOException {
        try (TestServer other = TestServer.start("--tls-store=" + second.store());
                RawClient raw = RawClient.connect(other.uri(), trust, "TLSv1.3")) {
            assertEquals(second.certificate(), raw.certificate());
            raw.request("GET", "/health/live").receive().assertStatus(200);
        }
    }

    @Test
    void aRenewedCertificateIsUsedAndWhatWaitsGoesOnWaiting() throws Exception {
        HttpClient http2 = client();
        CompletableFuture<HttpResponse<String>> over2 = http2.sendAsync(read("mailbox/ann"), BodyHandlers.ofString());
        try (RawClient old = connect("TLSv1.3")) {
            old.request("GET", "/mailbox/bob");
            await().atMost(SOON).until(() -> server.openPolls() == 2);
            second.install(directory);
            await().atMost(SOON).until(() -> shown().equals(second.certificate()));
            assertEquals(2, server.openPolls());
            client().send(publish("broadcast", "hello"), BodyHandlers.ofString());
            assertEquals(List.of("hello"), old.receive().data());
            assertTrue(over2.get(20, TimeUnit.SECONDS).body().contains("hello"));
            old.request("GET", "/health/live").receive().assertStatus(200);
            assertEquals(first.certificate(), old.certificate());
        }
    }

    private Object shown() throws IOException {
        try (RawClient raw = connect("TLSv1.3")) {
            return raw.certificate();
        }
    }

    @Test
    void aCertificateThatCannotBeUsedIsLoggedOnceAndTheOldOneStays() throws Exception {
        try (ChildServer child = ChildServer.start(
                "--memory",
                "--tls-cert=" + directory.resolve("cert.pem"),
                "--tls-key=" + directory.resolve("key.pem"))) {
            Files.writeString(directory.resolve("cert.pem"), second.certificatePem());
            await().atMost(SOON).until(() -> child.logged().contains("the new certificate is not used"));
            await().during(Duration.ofSeconds(2))
                    .until(() -> child.logged()
                                    .lines()
                                    .filter(line -> line.contains("not used"))
                                    .count()
                            == 1);
            try (RawClient raw = RawClient.connect(child.uri(), trust, "TLSv1.3")) {
                assertEquals(first.certificate(), raw.certificate());
            }
            second.install(directory);
            await().atMost(SOON).until(() -> {
                try (RawClient raw = RawClient.connect(child.uri(), trust, "TLSv1.3")) {
                    return raw.certificate().equals(second.certificate());
                }
            });
            assertEquals(0, child.terminate());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aPollWaitsAndAClientThatGoesIsNoticed(String protocol) throws IOException {
        List<RawClient> clients = new ArrayList<>();
        for (String path : List.of("/mailbox/stays", "/mailbox/closes", "/mailbox/streams")) {
            clients.add(connect(protocol));
            String accept = path.endsWith("streams") ? "text/event-stream" : "*/*";
            clients.get(clients.size() - 1).request("GET", path + "?after=now", "Accept: " + accept);
        }
        await().atMost(SOON).until(() -> server.openPolls() == 2 && server.openStreams() == 1);
        clocks.pass(WATCHED);
        await().during(A_WHILE).atMost(SOON).until(() -> server.openPolls() == 2 && server.openStreams() == 1);
        clients.get(1).close();
        clients.get(2).close();
        await().atMost(SOON).until(() -> server.openPolls() == 1 && server.openStreams() == 0);
        clients.get(0).close();
        await().atMost(SOON).until(() -> server.openPolls() == 0);
    }

    /** The server cannot tell the record of a new key from the end of the connection before it reads it. */
    @Test
    void aNewKeyEndsAWatchedPollInOrderAndTheConnectionGoesOn() throws Exception {
        Shell.assumeInstalled("openssl");
        Path said = directory.resolve("said");
        Process client = new ProcessBuilder(
                        "openssl",
                        "s_client",
                        "-tls1_3",
                        "-connect",
                        server.uri().getAuthority())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            type(client, RawClient.head("GET", "/mailbox/ann?wait=60") + "\r\n");
            await().atMost(SOON).until(() -> server.openPolls() == 1);
            clocks.pass(WATCHED);
            await().during(A_WHILE).atMost(SOON).until(() -> server.openPolls() == 1);
            // To this program the letter is a command: renew the keys of both sides.
            type(client, "K\n");
            await().atMost(SOON).until(() -> Files.readString(said).contains("\"ended\":\"gone\""));
            type(client, RawClient.head("GET", "/health/live") + "\r\n");
            await().atMost(SOON).until(() -> Files.readString(said).split("HTTP/1.1 200", -1).length == 3);
            assertTrue(Files.readString(said).contains("KEYUPDATE"));
        } finally {
            client.destroyForcibly();
        }
    }

    private static void type(Process client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().flush();
    }

    @Test
    void aStrangerDoesNotTrustIt() {
        assertThrows(SSLHandshakeException.class, () -> HttpClient.newHttpClient()
                .send(read("health/live"), BodyHandlers.ofString()));
    }
}
