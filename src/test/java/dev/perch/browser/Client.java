// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import dev.perch.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/** A page that reads and sends with perch.js, and keeps a record of all it is told. */
final class Client {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String LOAD =
            """
            new Promise(function (loaded, failed) {
              var script = document.createElement('script');
              script.src = '/perch.min.js';
              script.onload = function () { loaded(true); };
              script.onerror = failed;
              document.body.appendChild(script);
            })""";
    private static final String RECORD =
            """
            (function () {
              var perch = window.perch = new Perch('/', %s);
              window.got = []; window.states = []; window.gaps = []; window.errors = []; window.answers = [];
              perch.on('message', function (m) { got.push(m); });
              perch.on('state', function (s) { states.push(s); });
              perch.on('gap', function (g) { gaps.push(g); });
              perch.on('error', function (e) { errors.push(e.message); });
            }())""";

    private final Chromium page;
    private final URI place;

    Client(Chromium page, TestServer server) {
        this(page, server.uri());
    }

    Client(Chromium page, URI place) {
        this.page = page;
        this.place = place;
    }

    /** Loads the page anew, with a client that has these options. */
    void open(String options) {
        page.open(place.resolve("/perch.js"));
        start(options);
    }

    /** Begins in the page that is there, under its policy. */
    void start(String options) {
        page.evaluate(LOAD);
        page.evaluate(RECORD.formatted(options));
    }

    void waitForState(String state) {
        page.waitUntil("perch.state === '" + state + "'", SOON);
    }

    void waitForMessages(int count) {
        page.waitUntil("got.length >= " + count, SOON);
    }

    void waitForOther(String state) {
        page.waitUntil("perch.state !== '" + state + "'", SOON);
    }

    void waitForAnswers(int count) {
        page.waitUntil("answers.length >= " + count, SOON);
    }

    void send(String to, String data) {
        page.evaluate("perch.send('" + to + "', " + data
                + ", function (problem, id) { answers.push(problem ? problem.message : null); })");
    }

    /** Puts JSON into a mailbox without a browser. */
    static void publish(TestServer server, String path, String json) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.uri(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json))
                .build();
        HttpClient.newHttpClient().send(request, BodyHandlers.discarding());
    }

    String gaps() {
        return page.evaluate("gaps").toString();
    }

    String states() {
        return page.evaluate("states").toString();
    }

    String errors() {
        return page.evaluate("errors").toString();
    }

    String data() {
        return page.evaluate("got.map(function (m) { return m.data; })").toString();
    }

    String answers() {
        return page.evaluate("answers").toString();
    }

    /** What the browser has said, but for the icon that it looks for by itself. */
    List<String> complaints() {
        return page.complaints().stream()
                .filter(complaint -> !complaint.contains("/favicon.ico"))
                .toList();
    }

    String view() {
        return page.evaluate("perch.view").getAsString();
    }
}
