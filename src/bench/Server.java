// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** What can be learnt of the server that is measured, from its meters and from its process. All of it blocks. */
final class Server {
    private final String host;
    private final long pid;

    /**
     * A server on this machine.
     *
     * @param host with its port
     * @param pid of its process
     */
    Server(String host, long pid) {
        this.host = host;
        this.pid = pid;
    }

    /**
     * What the server takes.
     *
     * @param heap live bytes on the heap after a collection
     * @param direct bytes in direct buffers, those in the server's pools included
     */
    record Memory(long heap, long direct) {}

    Memory memory() throws IOException, InterruptedException {
        return new Memory(liveHeap(), meter("jvm_buffer_memory_used_bytes{id=\"direct\"}"));
    }

    /** Live bytes after a collection, as {@code jcmd} tells them. */
    private long liveHeap() throws IOException, InterruptedException {
        String jcmd = System.getProperty("java.home") + "/bin/jcmd";
        Process process = new ProcessBuilder(jcmd, Long.toString(pid), "GC.class_histogram").start();
        String histogram = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Loop.require(
                process.waitFor() == 0 && histogram.contains("Total"), "jcmd does not tell the heap of --pid " + pid);
        return Long.parseLong(histogram.substring(histogram.lastIndexOf("Total")).trim().split("\\s+")[2]);
    }

    /** How many polls are parked, and streams and sockets open. */
    long parked() throws IOException {
        return meter("perch_polls_parked{");
    }

    /** The sum of the meters whose line begins so. */
    private long meter(String begin) throws IOException {
        String metrics;
        try (InputStream in = URI.create("http://" + host + "/metrics").toURL().openStream()) {
            metrics = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        Loop.require(metrics.lines().anyMatch(line -> line.startsWith(begin)), "the server has no meter " + begin);
        return metrics.lines()
                .filter(line -> line.startsWith(begin))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    /** The processor time that it has had, in nanoseconds. */
    long processorNanos() {
        return ProcessHandle.of(pid).orElseThrow().info().totalCpuDuration().orElseThrow().toNanos();
    }
}
