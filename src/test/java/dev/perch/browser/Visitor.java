// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Somebody with a browser of his own, for all tests of a class, which looks at one page at a time. */
final class Visitor implements BeforeEachCallback, AfterAllCallback {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private Chromium browser;

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        Chromium.assumeInstalled();
        if (browser == null) {
            browser = Chromium.start();
        }
        browser.viewport(1280, 800);
        browser.colorScheme("light");
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (browser != null) {
            browser.close();
        }
    }

    Chromium browser() {
        return browser;
    }

    /** Loads a page as somebody who has never been there. */
    void open(URI page) {
        open(page, "localStorage.clear()");
    }

    /** Loads a page again, or another one. */
    void comeBack(URI page) {
        open(page, "0");
    }

    /**
     * Has the server refuse what the page sends by requests, while {@code sent} has the last of it, until it is null.
     */
    void refuseWhatIsSent() {
        evaluate(
                """
                var sent = '', xhr = XMLHttpRequest.prototype, open = xhr.open, send = xhr.send;
                xhr.open = function (method, url) {
                  open.call(this, method, method === 'POST' && sent !== null ? url + '&ttl=0' : url);
                };
                xhr.send = function (body) {
                  sent = body && sent !== null ? body : sent;
                  send.call(this, body);
                };""");
    }

    private void open(URI page, String first) {
        browser.open(page.resolve("/favicon.svg"));
        browser.evaluate(first);
        browser.open(page);
    }

    /** Leaves for an empty page. */
    void leave() {
        browser.open(URI.create("data:text/html,gone"));
    }

    JsonElement evaluate(String js) {
        return browser.evaluate(js);
    }

    String text(String css) {
        return browser.text(css);
    }

    void fill(String css, String text) {
        browser.fill(css, text);
    }

    void click(String css) {
        browser.click(css);
    }

    void waitUntil(String js) {
        browser.waitUntil(js, SOON);
    }

    /** Waits until what the selector finds first has this text. */
    void waitForText(String css, String text) {
        waitUntil("(document.querySelector(" + new JsonPrimitive(css) + ") || {}).textContent === "
                + new JsonPrimitive(text));
    }

    /** Waits until there is something that the selector finds, and the text of the first has this in it. */
    void waitForPart(String css, String part) {
        waitUntil("((document.querySelector(" + new JsonPrimitive(css) + ") || {}).textContent || '').indexOf("
                + new JsonPrimitive(part) + ") >= 0");
    }

    /** Waits until one of those that the selector finds has this text. */
    void waitForAny(String css, String text) {
        waitUntil("[].some.call(document.querySelectorAll(" + new JsonPrimitive(css) + "), function (found) {"
                + " return found.textContent === " + new JsonPrimitive(text) + "; })");
    }

    /** The texts of all that the selector finds, in the order of the page. */
    List<String> texts(String css) {
        return evaluate("[].map.call(document.querySelectorAll(" + new JsonPrimitive(css) + "), function (found) {"
                        + " return found.textContent; })")
                .getAsJsonArray()
                .asList()
                .stream()
                .map(JsonElement::getAsString)
                .toList();
    }

    /** The browser has said nothing against the page since it was opened, and got all of it from this server. */
    void assertContent() {
        assertEquals(List.of(), browser.complaints());
        assertEquals(
                List.of(),
                evaluate("performance.getEntriesByType('resource').map(function (r) { return r.name; })"
                                + ".filter(function (name) { return name.indexOf(location.origin + '/') !== 0; })")
                        .getAsJsonArray()
                        .asList());
    }

    /** Looks at the page on a desk and on a phone, in light and dark, and keeps what was seen. */
    void lookAt(String name) throws IOException {
        for (String scheme : List.of("light", "dark")) {
            browser.colorScheme(scheme);
            lookAt(1280, 800, name + "-desktop-" + scheme);
            lookAt(390, 844, name + "-phone-" + scheme);
        }
    }

    private void lookAt(int width, int height, String name) throws IOException {
        browser.viewport(width, height);
        evaluate("window.scrollTo(0, 0)");
        assertTrue(
                evaluate("document.documentElement.scrollWidth <= window.innerWidth")
                        .getAsBoolean(),
                name + " is wider than its window");
        browser.screenshot(SCREENSHOTS.resolve(name + ".png"));
    }
}
