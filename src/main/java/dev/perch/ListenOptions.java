// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import dev.perch.access.Origins;
import dev.perch.format.Drafts;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Where the server listens, and what a request may look like. */
final class ListenOptions implements OptionGroup {
    private static final int MIN_HEADERS = 1024;
    private static final int MAX_BODY = 64 * 1024 * 1024;
    private static final int MAX_JSON_DEPTH = 1000;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            defaultValue = "127.0.0.1",
            description = "address to listen on. Default: ${DEFAULT-VALUE}, this machine only; another one needs a "
                    + "secret or keys for tokens, or --open")
    String host;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            description = "port to listen on, 0 for any free one. Default: ${DEFAULT-VALUE}")
    int port;

    @Option(
            names = "--headers",
            paramLabel = "BYTES",
            defaultValue = "16384",
            description =
                    "largest request line and header. Default: ${DEFAULT-VALUE}, room for the cookies of a large site")
    int headers;

    @Option(
            names = "--body",
            paramLabel = "BYTES",
            defaultValue = "262144",
            description = "largest message body. Default: ${DEFAULT-VALUE}, more than any chat line needs "
                    + "and small enough to be held twice")
    int body;

    @Option(
            names = "--json-depth",
            paramLabel = "N",
            defaultValue = "255",
            description = "how deep arrays and objects in a message may lie within each other. Default: "
                    + "${DEFAULT-VALUE}, less than the 512 at which PHP and others give up")
    int jsonDepth;

    @Option(
            names = "--batch-messages",
            paramLabel = "N",
            defaultValue = "1000",
            description =
                    "messages in one publish of JSON lines. Default: ${DEFAULT-VALUE}, as many as a mailbox keeps")
    int batchMessages;

    @Option(
            names = "--cors-origin",
            paramLabel = "ORIGIN",
            split = ",",
            description = "an origin whose pages may use this server, as https://example.org, or * for all of them, "
                    + "without credentials. Can be repeated. Default: none, only pages that come from here")
    List<String> corsOrigin = new ArrayList<>();

    @Option(
            names = "--jsonp",
            paramLabel = "true|false",
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "false",
            description = "let reads be answered as scripts, for old browsers on other origins. Default: "
                    + "${DEFAULT-VALUE}, since such a page is known by its Referer only")
    boolean jsonp;

    Drafts.Bounds bounds() {
        return new Drafts.Bounds(jsonDepth, batchMessages);
    }

    /** Whether nobody but this machine can reach the address; a name that nobody knows is left to who listens on it. */
    boolean isLocal() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return true;
        }
    }

    Origins origins() {
        return new Origins(corsOrigin);
    }

    @Override
    public String mistake() {
        if (port < 0 || port > 65_535) {
            return "--port must be 0 to 65535";
        }
        for (String origin : corsOrigin) {
            if (!Origins.isOrigin(origin)) {
                return "--cors-origin must be * or an origin without a path, like https://example.org, not " + origin;
            }
        }
        if (headers < MIN_HEADERS) {
            return "--headers must be " + MIN_HEADERS + " or more, which is what a browser sends without a cookie";
        }
        if (body > MAX_BODY) {
            return "--body must not be more than 64 MiB";
        }
        if (jsonDepth > MAX_JSON_DEPTH) {
            return "--json-depth must not be more than " + MAX_JSON_DEPTH;
        }
        return OptionGroup.lessThanOne(
                Map.of("--body", body, "--json-depth", jsonDepth, "--batch-messages", batchMessages));
    }
}
