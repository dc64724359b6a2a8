// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import dev.perch.access.ClientLimits;
import dev.perch.access.Hosts;
import dev.perch.access.Origins;
import dev.perch.access.Proxies;
import dev.perch.connection.Deadlines;
import dev.perch.format.Drafts;
import java.time.Duration;

/**
 * The bounds of what comes in over HTTP.
 *
 * @param maxBody of a publish, in bytes
 * @param maxParked polls and streams open at once, in all
 * @param maxTopics further topics in one read
 * @param streamLife after which a stream is ended
 * @param bounds of what is in the body of a publish
 * @param deadlines for slow clients
 * @param limits for each client
 * @param logged whether an access log is kept
 * @param jsonp whether answers may be had as scripts
 * @param origins whose pages may use the server
 * @param hosts under which names the server answers
 * @param proxies which are believed for whom they ask
 */
public record HttpSettings(
        int maxBody,
        int maxParked,
        int maxTopics,
        Duration streamLife,
        Drafts.Bounds bounds,
        Deadlines deadlines,
        ClientLimits limits,
        boolean logged,
        boolean jsonp,
        Origins origins,
        Hosts hosts,
        Proxies proxies) {}
