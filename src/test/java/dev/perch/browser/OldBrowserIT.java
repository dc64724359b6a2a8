// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import dev.perch.docs.Shell;
import dev.perch.tutorials.Site;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** perch.js and perch-legacy.js in browsers of former times, on the page {@code src/test/pages/chat.html}. */
final class OldBrowserIT {
    private static final Path PAGES = Path.of("src/test/pages");
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final TestServer server = TestServer.start("--jsonp", "--cors-origin=*");
    private Site site;

    @TempDir
    Path directory;

    @BeforeEach
    void startSite() throws IOException {
        site = Site.before(server, PAGES);
    }

    @AfterEach
    void stop() {
        site.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "2.12, INTERNET_EXPLORER_6, bare",
        "2.12, INTERNET_EXPLORER_7, bare",
        "2.12, INTERNET_EXPLORER_8, bare",
        "2.12, INTERNET_EXPLORER_9, native",
        "2.70.0, INTERNET_EXPLORER, bare"
    })
    void internetExplorerPollsAndSends(String release, String version, String json) throws Exception {
        publish("one");
        try (HtmlUnit browser = HtmlUnit.start(release, version)) {
            browser.open(site.uri("chat.html?" + json + ",view=poll"));
            browser.waitForText("got", "one;", SOON);
            publish("J\u00fcrgen \"2\" \\ \ud83d\ude00");
            browser.waitForText("got", "one;J\u00fcrgen \"2\" \\ \ud83d\ude00;", SOON);
            publish("ask");
            browser.waitForText("got", "one;J\u00fcrgen \"2\" \\ \ud83d\ude00;ask;answered;", SOON);
            assertEquals("poll", browser.text("view"));
            assertEquals("", browser.text("failed"));
            String answers = get("mailbox/answers?after=start&wait=0");
            assertTrue(answers.contains("\"from\":\"old\",\"data\":{\"text\":\"J\u00fcrgen\",\"n\":1}"), answers);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2.12, INTERNET_EXPLORER_6",
        "2.12, INTERNET_EXPLORER_7",
        "2.12, INTERNET_EXPLORER_8",
        "2.70.0, INTERNET_EXPLORER"
    })
    void internetExplorerReadsAnotherServerByScripts(String release, String version) throws Exception {
        publish("one");
        try (HtmlUnit browser = HtmlUnit.start(release, version)) {
            browser.open(site.uri("chat.html?bare,view=jsonp,base=" + server.uri()));
            browser.waitForText("got", "one;", SOON);
            for (int i = 2; i < 5; i++) {
                publish("m" + i);
            }
            browser.waitForText("got", "one;m2;m3;m4;", SOON);
            assertEquals("jsonp", browser.text("view"));
            assertEquals("", browser.text("failed"));
        }
    }

    /** QtWebKit of 2016: what it shows is looked at after it has polled a few times. */
    @Test
    void oldWebKitShowsWhatItPolls() throws Exception {
        Shell.assumeInstalled("wkhtmltoimage");
        publish("one");
        publish("ask");
        Path picture = directory.resolve("chat.png");
        ProcessBuilder builder = new ProcessBuilder(
                "wkhtmltoimage",
                "--javascript-delay",
                "2500",
                "--width",
                "600",
                site.uri("chat.html?bare,view=poll").toString(),
                picture.toString());
        builder.environment().put("QT_QPA_PLATFORM", "offscreen");
        builder.environment().put("XDG_RUNTIME_DIR", directory.toString());
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("output.txt").toFile())
                .start();
        try {
            String answers = get("mailbox/answers?wait=20");
            assertTrue(answers.contains("\"data\":{\"text\":\"J\u00fcrgen\",\"n\":1}"), answers);
            assertEquals(0, process.onExit().get().exitValue(), Files.readString(directory.resolve("output.txt")));
            // The page turns green when it has read the last message and sent its answer.
            BufferedImage shown = ImageIO.read(picture.toFile());
            assertEquals("ff00a000", Integer.toHexString(shown.getRGB(shown.getWidth() - 3, 3)));
            assertTrue(get("mailbox/old/status").strip().matches(".*\"handed\":\"(.+?)\",\"acked\":\"\\1\".*"));
        } finally {
            process.destroyForcibly();
        }
    }

    private void publish(String text) throws IOException, InterruptedException {
        URI place = server.uri("mailbox/old");
        HTTP.send(
                HttpRequest.newBuilder(place)
                        .POST(BodyPublishers.ofString(text))
                        .build(),
                BodyHandlers.discarding());
    }

    private String get(String path) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(server.uri(path)).build(), BodyHandlers.ofString())
                .body();
    }
}
