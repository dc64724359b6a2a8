// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** Where messages are kept, and how many in all. */
final class StoreOptions implements OptionGroup {
    private static final long DISK_BYTES = 16L * 1024 * 1024 * 1024;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "./perch-data",
            description = "directory for messages, made if need be. Default: ${DEFAULT-VALUE}")
    Path data;

    @Option(
            names = "--memory",
            paramLabel = "true|false",
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "false",
            description = "keep messages in memory only: they are gone when the server stops, and --data is not used")
    boolean memory;

    @Option(
            names = "--cache",
            paramLabel = "BYTES",
            description = "memory for the newest messages, which are then not read from --data. Default: a quarter of "
                    + "the heap")
    long cache = Runtime.getRuntime().maxMemory() / 4;

    @Option(
            names = "--store-messages",
            paramLabel = "N",
            defaultValue = "10000000",
            description = "messages kept in all. Default: ${DEFAULT-VALUE}")
    long storeMessages;

    @Option(
            names = "--store-bytes",
            paramLabel = "BYTES",
            description =
                    "bytes for messages in all. Default: 16 GiB on disk; with --memory half of the heap, the other "
                            + "half is for parked polls and answers under way")
    Long storeBytes;

    long storeBytes() {
        settle();
        return storeBytes;
    }

    /** Fills in what depends on other settings. */
    void settle() {
        if (storeBytes == null) {
            storeBytes = memory ? Runtime.getRuntime().maxMemory() / 2 : DISK_BYTES;
        }
    }

    @Override
    public String mistake() {
        return OptionGroup.lessThanOne(
                Map.of("--store-messages", storeMessages, "--store-bytes", storeBytes(), "--cache", cache));
    }
}
