// SPDX-License-Identifier: Apache-2.0
package dev.perch.programs;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.perch.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;

/** An nginx in front of a server. */
final class Nginx implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/nginx");
    private static final int CONNECTIONS = 512;

    /** What nginx needs besides: one process that stays with the test and keeps its files to itself. */
    private static final String AROUND =
            """
            daemon off;
            master_process off;
            pid nginx.pid;
            error_log stderr;
            events { worker_connections %d; }
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
            %s
            }
            """;

    private final Program program;
    private final int port;

    private Nginx(Program program, int port) {
        this.program = program;
        this.port = port;
    }

    /** Lets the test that calls it be skipped when there is no nginx, or fail where {@code CI=true}. */
    static void assumeInstalled() {
        boolean installed = Files.isExecutable(PROGRAM);
        if (!installed && "true".equals(System.getenv("CI"))) {
            fail(PROGRAM + " is missing, and with CI=true no test may be skipped for it");
        }
        assumeTrue(installed, () -> PROGRAM + " is not installed");
    }

    /**
     * Starts it in that directory.
     *
     * @param http what stands in its {@code http} block, for the port 80 and a server at {@code 127.0.0.1:8080}
     */
    static Nginx start(Path directory, TestServer perch, String http) throws IOException {
        return start(directory, perch, http, CONNECTIONS);
    }

    /** Starts it with so many connections, those to its clients and those to the server. */
    static Nginx start(Path directory, TestServer perch, String http, int connections) throws IOException {
        int port = freePort();
        String here = http.replace("listen 80;", "listen 127.0.0.1:" + port + ";")
                .replace("127.0.0.1:8080", perch.uri().getAuthority());
        Path file = directory.resolve("nginx.conf");
        Files.writeString(file, AROUND.formatted(connections, here));
        String[] command = {PROGRAM.toString(), "-p", directory.toString(), "-e", "stderr", "-c", file.toString()};
        Nginx nginx = new Nginx(Program.start(directory, command), port);
        try {
            Awaitility.await("nginx").atMost(Program.SOON).until(nginx::answers);
        } catch (RuntimeException e) {
            e.addSuppressed(new IllegalStateException(nginx.program.printed()));
            nginx.close();
            throw e;
        }
        return nginx;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** A place on it. */
    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + "/" + path);
    }

    /** Ends it. */
    @Override
    public void close() {
        program.close();
    }
}
