// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Origins;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.handler.CrossOriginHandler;

/**
 * Lets pages of other origins use the server (WHATWG Fetch, the CORS protocol): answers the questions that browsers ask
 * first, and says in every answer, problems too, whose pages may see it.
 */
final class CrossOrigin {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE");
    private static final Set<String> REQUEST_FIELDS =
            Set.of("Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Last-Event-ID", "Prefer");
    private static final Set<String> ANSWER_FIELDS = Set.of(
            "ETag",
            "Message-From",
            "Message-Id",
            "Message-Reply",
            "Message-Topic",
            "Message-Type",
            "Perch-Cursor",
            "Perch-Ended",
            "Perch-Gap",
            "Preference-Applied",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After");
    /** What a browser was told to ask first it need not ask again for so long. */
    private static final Duration ASKED_AGAIN_AFTER = Duration.ofMinutes(10);

    private CrossOrigin() {}

    /** That handler for these origins; as it is where there are none. */
    static Handler around(Handler inner, Origins origins) {
        if (origins.isEmpty()) {
            return inner;
        }
        CrossOriginHandler handler = new CrossOriginHandler();
        handler.setAllowedOriginPatterns(
                origins.isAny()
                        ? Set.of(Origins.ANY)
                        : origins.listed().stream().map(Pattern::quote).collect(Collectors.toSet()));
        handler.setAllowCredentials(!origins.isAny());
        handler.setAllowedMethods(METHODS);
        handler.setAllowedHeaders(REQUEST_FIELDS);
        handler.setExposedHeaders(ANSWER_FIELDS);
        handler.setPreflightMaxAge(ASKED_AGAIN_AFTER);
        // It does not know the server's own pages; whoever upgrades asks the origins itself.
        handler.setDeliverNonAllowedOriginWebSocketUpgradeRequests(true);
        handler.setHandler(inner);
        return handler;
    }
}
