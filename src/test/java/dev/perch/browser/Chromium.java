// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A headless Chromium with one page, or another page of it, driven through its <a
 * href="https://chromedevtools.github.io/devtools-protocol/">DevTools protocol</a>. It is for one thread at a time.
 */
public final class Chromium implements AutoCloseable {
    private static final Gson GSON = new Gson();
    private static final Path PROGRAM = Path.of("/usr/bin/chromium");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> COMPLAINTS =
            List.of("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded");
    private static final String FLAGS = " --headless=new --no-sandbox --disable-gpu --disable-quic"
            + " --disable-dev-shm-usage --disable-breakpad --no-first-run --disable-background-networking"
            + " --disable-component-update --disable-sync --remote-debugging-port=0 about:blank";

    private final Path directory;
    private final Process process;
    /** Whether this is the first page, and the browser ends with it. */
    private final boolean first;

    private final Map<Integer, CompletableFuture<JsonObject>> asked = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final AtomicInteger lastId = new AtomicInteger();
    private WebSocket tools;

    private Chromium(Path directory, Process process, boolean first) {
        this.directory = directory;
        this.process = process;
        this.first = first;
    }

    /** Opens another page in the same browser, with the same profile. To close it leaves the browser running. */
    public Chromium another() {
        Chromium page = new Chromium(directory, process, false);
        page.connect();
        return page;
    }

    /** Whether there is a Chromium to start. */
    public static boolean installed() {
        return Files.isExecutable(PROGRAM);
    }

    /** Lets the test that calls it be skipped when there is no Chromium, or fail where {@code CI=true}. */
    public static void assumeInstalled() {
        if (!installed() && "true".equals(System.getenv("CI"))) {
            fail(PROGRAM + " is missing, and with CI=true no test may be skipped for it");
        }
        assumeTrue(installed(), () -> PROGRAM + " is not installed");
    }

    /** Starts a browser with an empty page and a profile of its own. */
    public static Chromium start() throws IOException {
        Path directory = Files.createTempDirectory("perch-chromium-");
        Path output = directory.resolve("output.txt");
        List<String> command = new ArrayList<>(List.of((PROGRAM + FLAGS).split(" ")));
        command.add("--user-data-dir=" + directory);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        Chromium chromium = new Chromium(directory, process, true);
        try {
            chromium.connect();
            return chromium;
        } catch (RuntimeException e) {
            e.addSuppressed(new IllegalStateException(Files.readString(output)));
            chromium.close();
            throw e;
        }
    }

    private void connect() {
        Path portFile = directory.resolve("DevToolsActivePort");
        List<String> lines = Awaitility.await("the DevTools port")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .failFast("Chromium has ended", () -> !process.isAlive())
                .until(() -> Files.readAllLines(portFile), read -> read.size() == 2);
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest newPage = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + lines.get(0) + "/json/new"))
                .method("PUT", BodyPublishers.noBody())
                .build();
        String page = client.sendAsync(newPage, BodyHandlers.ofString()).join().body();
        String address = GSON.fromJson(page, JsonObject.class)
                .get("webSocketDebuggerUrl")
                .getAsString();
        tools = client.newWebSocketBuilder()
                .buildAsync(URI.create(address), new Incoming())
                .join();
        List.of("Page", "Runtime", "Log", "Network").forEach(domain -> ask(domain + ".enable", Map.of()));
    }

    /** Loads a page, even if it is the one that is shown, and returns when its scripts have run. */
    public void open(URI url) {
        ask("Page.navigate", Map.of("url", "about:blank"));
        waitUntil("location.href === 'about:blank' && document.readyState === 'complete'", PATIENCE);
        complaints.clear();
        JsonObject answer = ask("Page.navigate", Map.of("url", url.toString()));
        if (answer.has("errorText")) {
            throw new IllegalStateException(url + ": " + answer.get("errorText").getAsString());
        }
        waitUntil("location.href !== 'about:blank' && document.readyState === 'complete'", PATIENCE);
    }

    /** Runs a script at the start of every page opened from now on, before those of the page. */
    public void runFirst(String js) {
        ask("Page.addScriptToEvaluateOnNewDocument", Map.of("source", js));
    }

    /** The value of an expression; a promise is awaited. What is no JSON comes as an empty object. */
    public JsonElement evaluate(String js) {
        JsonObject answer =
                ask("Runtime.evaluate", Map.of("expression", js, "returnByValue", true, "awaitPromise", true));
        if (answer.has("exceptionDetails")) {
            throw new IllegalStateException(js + ": " + answer.get("exceptionDetails"));
        }
        JsonElement value = answer.getAsJsonObject("result").get("value");
        return value == null ? new JsonObject() : value;
    }

    /** The visible text of the element that a selector finds. */
    public String text(String css) {
        return evaluate(element(css) + ".innerText").getAsString();
    }

    /** Waits until an expression is true, and fails with the expression when it does not become so. */
    public void waitUntil(String js, Duration atMost) {
        Awaitility.await(js).atMost(atMost).pollInterval(Duration.ofMillis(20)).until(() -> evaluate("!!(" + js + ")")
                .getAsBoolean());
    }

    /** Presses the mouse in the middle of the element that a selector finds. */
    public void click(String css) {
        evaluate(element(css) + ".scrollIntoView({block: 'nearest'})");
        JsonObject box =
                evaluate(element(css) + ".getBoundingClientRect().toJSON()").getAsJsonObject();
        JsonObject middle = new JsonObject();
        middle.addProperty("x", box.get("x").getAsDouble() + box.get("width").getAsDouble() / 2);
        middle.addProperty("y", box.get("y").getAsDouble() + box.get("height").getAsDouble() / 2);
        middle.addProperty("button", "left");
        middle.addProperty("clickCount", 1);
        for (String type : List.of("mousePressed", "mouseReleased")) {
            middle.addProperty("type", type);
            ask("Input.dispatchMouseEvent", middle);
        }
    }

    /** Replaces what stands in the field that a selector finds, as if it were typed. */
    public void fill(String css, String text) {
        evaluate(element(css) + ".focus()");
        evaluate(element(css) + ".select()");
        ask("Input.insertText", Map.of("text", text));
    }

    /** Presses Ctrl and Enter where the cursor stands. */
    public void pressCtrlEnter() {
        for (String type : List.of("rawKeyDown", "keyUp")) {
            ask("Input.dispatchKeyEvent", Map.of("type", type, "windowsVirtualKeyCode", 13, "modifiers", 2));
        }
    }

    /** Sets the size of the page, in CSS pixels. */
    public void viewport(int width, int height) {
        ask(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    }

    /** Sets what {@code prefers-color-scheme} says: {@code light} or {@code dark}. */
    public void colorScheme(String scheme) {
        media("prefers-color-scheme", scheme);
    }

    /** Sets a feature of the media that style sheets ask for, as {@code forced-colors}. */
    public void media(String feature, String value) {
        ask("Emulation.setEmulatedMedia", Map.of("features", List.of(Map.of("name", feature, "value", value))));
    }

    /** Writes what the viewport shows to a PNG file. */
    public void screenshot(Path file) throws IOException {
        String png = ask("Page.captureScreenshot", Map.of("format", "png"))
                .get("data")
                .getAsString();
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, Base64.getDecoder().decode(png));
    }

    /** What the browser has said against the page since it was opened: errors, refused resources, console. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    private static String element(String css) {
        return "document.querySelector(" + new JsonPrimitive(css) + ")";
    }

    private JsonObject ask(String method, Map<String, ?> params) {
        return ask(method, GSON.toJsonTree(params).getAsJsonObject());
    }

    private JsonObject ask(String method, JsonObject params) {
        int id = lastId.incrementAndGet();
        JsonObject message = new JsonObject();
        message.addProperty("id", id);
        message.addProperty("method", method);
        message.add("params", params);
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        asked.put(id, answer);
        tools.sendText(message.toString(), true).join();
        JsonObject got =
                answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        if (got.has("error")) {
            throw new IllegalStateException(method + ": " + got.get("error"));
        }
        return got.getAsJsonObject("result");
    }

    /** Cuts the page off from the network, as far as the browser is concerned, or lets it back. */
    public void offline(boolean offline) {
        ask(
                "Network.emulateNetworkConditions",
                Map.of("offline", offline, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
    }

    /** Closes the page; if it is the first one, ends the browser and its children, and removes its profile. */
    @Override
    public void close() {
        if (!first) {
            ask("Page.close", Map.of());
            tools.abort();
            return;
        }
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        if (tools != null) {
            tools.abort();
        }
        process.destroy();
        try {
            process.onExit().orTimeout(5, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            process.destroyForcibly();
        }
        all.forEach(ProcessHandle::destroyForcibly);
        // A child may still write to the profile while it ends.
        Awaitility.await("the end of Chromium")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> all.stream().noneMatch(ProcessHandle::isAlive) && removed(directory));
    }

    private static boolean removed(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        return true;
    }

    /** Takes apart what the browser says: answers to {@link #ask} and reports that nobody asked for. */
    private final class Incoming implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                take(GSON.fromJson(text.toString(), JsonObject.class));
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        private void take(JsonObject message) {
            if (message.has("id")) {
                asked.remove(message.get("id").getAsInt()).complete(message);
            } else if (COMPLAINTS.contains(message.get("method").getAsString())) {
                complaints.add(message.get("params").toString());
            }
        }
    }
}
