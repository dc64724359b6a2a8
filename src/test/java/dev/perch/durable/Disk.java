// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import dev.perch.durable.DiskTrace.Change;
import dev.perch.durable.DiskTrace.Entry;
import dev.perch.durable.DiskTrace.Inode;
import dev.perch.durable.DiskTrace.Length;
import dev.perch.durable.DiskTrace.Write;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A directory as a power cut may have left it. What counts as safe is what POSIX promises and no more:
 *
 * <ul>
 *   <li>Of a file, all that had been written before a sync of it began that had ended by then. Of what came later each
 *       write and each change of length is there or not, independently; the last of those that are there is torn: each
 *       of its 512-byte sectors is there or not.
 *   <li>Of a directory, the names made and removed before a sync <em>of the directory</em>. Of those that came later
 *       the first so many are there, in their order, as file systems with a journal have it. That the sync of a new
 *       file saves its name too, as on ext4, is not relied on.
 * </ul>
 *
 * How much of what was not safe has been kept is drawn for each file: nothing, all, or something between.
 */
final class Disk {
    private static final int SECTOR = 512;

    private final int cut;
    private final Random random;
    private final Map<String, byte[]> files = new TreeMap<>();
    private boolean created;

    private Disk(int cut, Random random) {
        this.cut = cut;
        this.random = random;
    }

    /** The disk after a power cut right after that line of the trace. */
    static Disk after(DiskTrace trace, int cut, Random random) {
        Disk disk = new Disk(cut, random);
        disk.created = !disk.entries(trace.parent()).isEmpty();
        if (disk.created) {
            disk.entries(trace.self()).forEach((name, inode) -> disk.files.put(name, disk.content(inode)));
        }
        return disk;
    }

    /** Its files, by name. */
    Map<String, byte[]> files() {
        return files;
    }

    /** Puts it on the real disk, in a directory that does not exist. */
    void write(Path directory) throws IOException {
        if (created) {
            Files.createDirectory(directory);
        }
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.write(directory.resolve(file.getKey()), file.getValue());
        }
    }

    /** The names of its files, each with its length in bytes. */
    @Override
    public String toString() {
        Map<String, Integer> lengths = new TreeMap<>();
        files.forEach((name, content) -> lengths.put(name, content.length));
        return created ? lengths.toString() : "no directory";
    }

    /** The changes before this line are safe. */
    private int safe(Inode inode) {
        return inode.syncs.stream()
                .filter(sync -> sync.ended() <= cut)
                .mapToInt(DiskTrace.Sync::begun)
                .max()
                .orElse(-1);
    }

    private Map<String, Inode> entries(Inode directory) {
        int safe = safe(directory);
        List<Change> begun = directory.changes.stream()
                .filter(change -> change.begun() <= cut)
                .toList();
        int first = (int) begun.stream().filter(change -> change.ended() < safe).count();
        int kept = first + random.nextInt(begun.size() - first + 1);
        Map<String, Inode> entries = new TreeMap<>();
        for (Change change : begun.subList(0, kept)) {
            Entry entry = (Entry) change;
            if (entry.inode() == null) {
                entries.remove(entry.name());
            } else {
                entries.put(entry.name(), entry.inode());
            }
        }
        return entries;
    }

    private byte[] content(Inode inode) {
        int safe = safe(inode);
        double rate = Math.max(0, Math.min(1, random.nextDouble() * 2 - 0.5));
        List<Change> kept = new ArrayList<>();
        Change last = null;
        for (Change change : inode.changes) {
            if (change.begun() > cut) {
                break;
            }
            if (change.ended() < safe) {
                kept.add(change);
            } else if (random.nextDouble() < rate) {
                kept.add(change);
                last = change;
            }
        }
        Content content = new Content();
        for (Change change : kept) {
            if (change instanceof Length length) {
                content.resize((int) length.length());
            } else if (change instanceof Write write && change == last) {
                tear(write, content);
            } else if (change instanceof Write write) {
                content.put((int) write.at(), write.data(), 0, write.data().length);
            }
        }
        return content.bytes();
    }

    private void tear(Write write, Content content) {
        int length = write.data().length;
        int from = 0;
        while (from < length) {
            int sectorEnd = SECTOR - (int) ((write.at() + from) % SECTOR);
            int part = Math.min(length - from, sectorEnd);
            if (random.nextBoolean()) {
                content.put((int) write.at() + from, write.data(), from, part);
            }
            from += part;
        }
        if (random.nextBoolean()) {
            content.resize(Math.max(content.length, (int) write.at() + length)); // the length was saved, the bytes not
        }
    }

    /** The bytes of a file; what nobody wrote is 0. */
    private static final class Content {
        private byte[] bytes = new byte[SECTOR];
        private int length;

        void put(int at, byte[] data, int from, int count) {
            if (at + count > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, at + count));
            }
            System.arraycopy(data, from, bytes, at, count);
            length = Math.max(length, at + count);
        }

        void resize(int to) {
            if (to < length) {
                Arrays.fill(bytes, to, length, (byte) 0);
            } else if (to > bytes.length) {
                bytes = Arrays.copyOf(bytes, to);
            }
            length = to;
        }

        byte[] bytes() {
            return Arrays.copyOf(bytes, length);
        }
    }
}
