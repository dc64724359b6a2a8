// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.Allowance;
import dev.perch.access.Caller;
import dev.perch.format.Drafts;
import dev.perch.format.Parameters;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Wheel;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * How the bodies of requests are taken in, and what is understood of them.
 *
 * @param max size, in bytes
 * @param bounds of what is in one
 * @param deadline from the header to the last byte
 * @param allowance for all that are on their way
 */
record Bodies(int max, Drafts.Bounds bounds, Duration deadline, Wheel wheel, Allowance allowance) {
    /** Reads the body; to be called when the request is asynchronous already. The stage fails with {@link Refused}. */
    CompletableFuture<byte[]> read(HttpServletRequest request) throws IOException, Refused {
        return Body.read(request, this);
    }

    /** How the body is understood, by what the request says of it and may say. */
    Drafts drafts(HttpServletRequest request, Parameters parameters, Caller caller) throws Refused {
        if (!caller.maySign(parameters.name("from"))) {
            throw Rights.refused();
        }
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw Problem.UNSUPPORTED.because("send the body without Content-Encoding");
        }
        // Not getContentType(), which throws when the charset is one that this machine does not know.
        String type = parameters.isOn("json") ? "application/json" : request.getHeader("Content-Type");
        return new Drafts(type, parameters, bounds);
    }

    /** Why the body could not be had. */
    static Refused refused(Throwable error) {
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        return cause instanceof Refused known
                ? known
                : Problem.BAD_BODY.because("the body could not be read; send it again");
    }
}
