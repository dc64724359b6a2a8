// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a process did to one directory and what it said to its clients, in the order in which it did: the system calls
 * that strace saw. A call of one thread that made another thread begin a call stands before it, since strace holds a
 * thread until it has written its line.
 *
 * <p>The shared memory of SQLite's log ({@code -shm}) is left out: it is made anew at each start. A call on the
 * directory that could change it and that is not known here ends in an exception, so that nothing is overlooked.
 */
final class DiskTrace {
    /** What strace is told to look at: all that can change a file, and what is sent to clients. */
    static final String CALLS = "openat,?open,?creat,close,write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,"
            + "sendfile,?sendfile64,copy_file_range,splice,ftruncate,truncate,fallocate,fsync,fdatasync,sync_file_range,"
            + "msync,mmap,mkdirat,?mkdir,renameat,?rename,renameat2,linkat,?link,unlinkat,?unlink,?rmdir,lseek,"
            + "dup,?dup2,dup3";

    private static final Pattern LINE = Pattern.compile("(\\d+) +(.*)");
    private static final Pattern RESUMED = Pattern.compile("<\\.\\.\\. \\w+ resumed>(.*)");
    private static final String UNFINISHED = " <unfinished ...>";
    private static final Pattern ID = Pattern.compile("\"id\":\"([A-Za-z0-9]+\\.[0-9]+)\"");
    private static final Set<String> SENDING = Set.of("write", "writev", "sendto", "sendmsg");
    private static final Set<String> OPENING = Set.of("open", "openat", "creat");
    private static final Set<String> MAKING = Set.of("mkdir", "mkdirat");
    private static final Set<String> REMOVING = Set.of("unlink", "unlinkat");
    private static final Set<String> UNKNOWN = Set.of(
            "rename", "renameat", "renameat2", "link", "linkat", "rmdir", "truncate", "copy_file_range", "splice");
    private static final Pattern MAPPING = Pattern.compile("PROT_WRITE.*MAP_SHARED.*, (\\d+)<");

    /** A file or the directory itself, whatever name it has. Changes in the order in which they began. */
    static final class Inode {
        final List<Change> changes = new ArrayList<>();
        final List<Sync> syncs = new ArrayList<>();
    }

    /** A change of a file's content or of the directory, and the lines on which it began and had returned. */
    sealed interface Change {
        int begun();

        int ended();
    }

    /** Bytes written into a file. */
    record Write(int begun, int ended, long at, byte[] data) implements Change {}

    /** A length given to a file. */
    record Length(int begun, int ended, long length) implements Change {}

    /** A name in the directory that now stands for a file, or for none: null. */
    record Entry(int begun, int ended, String name, Inode inode) implements Change {}

    /** A sync that succeeded. */
    record Sync(int begun, int ended) {}

    private static final class Open {
        final Inode inode;
        long position;

        Open(Inode inode) {
            this.inode = inode;
        }
    }

    private final Path directory;
    private final Inode parent = new Inode();
    private final Inode self = new Inode();
    private final Map<String, Inode> names = new HashMap<>();
    private final List<Inode> files = new ArrayList<>();
    private final Map<Integer, Open> open = new HashMap<>();
    private final Map<String, StraceLine> unfinished = new HashMap<>();
    private final Map<String, Integer> sent = new HashMap<>();
    private final List<Integer> answers = new ArrayList<>();
    private final List<Integer> moments = new ArrayList<>();
    private int lines;

    private DiskTrace(Path directory) {
        this.directory = directory;
    }

    /**
     * Reads what strace wrote.
     *
     * @param directory the one whose fate is followed, by its real path; it did not exist in the beginning
     */
    static DiskTrace read(Path file, Path directory) throws IOException {
        DiskTrace trace = new DiskTrace(directory);
        try (BufferedReader reader = Files.newBufferedReader(file, ISO_8859_1)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                trace.take(line);
            }
        }
        trace.unfinished.values().forEach(trace::take);
        trace.sort();
        return trace;
    }

    private void take(String line) {
        int number = lines++;
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new IllegalStateException("line " + number + " of the trace names no thread: " + line);
        }
        String thread = parts.group(1);
        String text = parts.group(2);
        Matcher resumed = RESUMED.matcher(text);
        if (resumed.matches()) {
            StraceLine begun = unfinished.remove(thread);
            if (begun != null) {
                take(new StraceLine(begun.begun(), number, begun.text() + resumed.group(1)));
            }
        } else if (text.endsWith(UNFINISHED)) {
            String half = text.substring(0, text.length() - UNFINISHED.length());
            StraceLine line1 = new StraceLine(number, Integer.MAX_VALUE, half);
            if (line1.call().equals("close")) {
                take(line1); // its number is free at once, whenever it returns
            } else {
                unfinished.put(thread, line1);
            }
        } else if (!text.startsWith("+++") && !text.startsWith("---")) {
            take(new StraceLine(number, number, text));
        }
    }

    private void take(StraceLine line) {
        if (line.result() < 0) {
            return;
        }
        String call = line.call();
        Open file = open.get(line.file());
        if (OPENING.contains(call)) {
            opened(line);
        } else if (call.equals("close")) {
            open.remove(line.file());
        } else if (MAKING.contains(call)) {
            made(line);
        } else if (REMOVING.contains(call)) {
            removed(line);
        } else if (UNKNOWN.contains(call)) {
            refuse(line);
        } else if (call.equals("mmap")) {
            mapped(line);
        } else if (file != null) {
            changed(line, file);
        } else if (SENDING.contains(call) && !line.path().startsWith("/")) {
            said(line);
        }
    }

    /** The name within the directory, {@code .} and {@code ..} for it and the one it is in; null for all others. */
    private String name(String path) {
        Path absolute = Path.of(path.replaceFirst(" \\(deleted\\)$", ""));
        if (absolute.equals(directory)) {
            return ".";
        }
        if (absolute.equals(directory.getParent())) {
            return "..";
        }
        return absolute.startsWith(directory) ? directory.relativize(absolute).toString() : null;
    }

    private Inode inode(String name) {
        return name.equals(".") ? self : name.equals("..") ? parent : names.get(name);
    }

    private void opened(StraceLine line) {
        String name = line.resultPath().startsWith("/") ? name(line.resultPath()) : null;
        if (name == null || name.endsWith("-shm")) {
            return;
        }
        Inode inode = inode(name);
        if (inode == null) {
            if (name.contains("/")) {
                throw new IllegalStateException("a directory in the directory is not known here: " + line);
            }
            inode = new Inode();
            files.add(inode);
            names.put(name, inode);
            add(self, new Entry(line.begun(), line.ended(), name, inode));
        }
        if (line.text().contains("O_TRUNC")) {
            add(inode, new Length(line.begun(), line.ended(), 0));
        }
        if (line.text().contains("O_APPEND")) {
            throw new IllegalStateException("appending is not known here: " + line);
        }
        open.put((int) line.result(), new Open(inode));
    }

    private void made(StraceLine line) {
        String name = argument(line);
        if (".".equals(name)) {
            parent.changes.add(new Entry(line.begun(), line.ended(), ".", self));
        } else if (name != null && !name.equals("..")) {
            throw new IllegalStateException("a directory in the directory is not known here: " + line);
        }
    }

    private void removed(StraceLine line) {
        String name = argument(line);
        if (name != null && !name.endsWith("-shm")) {
            names.remove(name);
            add(self, new Entry(line.begun(), line.ended(), name, null));
        }
    }

    /** The name within the directory of the path that the call was given, or null. */
    private String argument(StraceLine line) {
        String path = line.paths().get(0);
        return name(path.startsWith("/") ? path : line.path() + "/" + path);
    }

    private void refuse(StraceLine line) {
        if (line.text().contains(StraceLine.encoded(directory.toString()))) {
            throw new IllegalStateException("not known here: " + line);
        }
    }

    private void mapped(StraceLine line) {
        Matcher mapping = MAPPING.matcher(line.text());
        if (mapping.find() && open.containsKey(Integer.parseInt(mapping.group(1)))) {
            throw new IllegalStateException("what is written through memory is not seen: " + line);
        }
    }

    private void changed(StraceLine line, Open file) {
        switch (line.call()) {
            case "pwrite64" -> add(file.inode, new Write(line.begun(), line.ended(), line.number(0), line.data()));
            case "write", "writev" -> {
                byte[] data = line.data();
                add(file.inode, new Write(line.begun(), line.ended(), file.position, data));
                file.position += data.length;
            }
            case "dup", "dup2", "dup3" -> open.put((int) line.result(), file);
            case "lseek" -> file.position = line.result();
            case "ftruncate" -> add(file.inode, new Length(line.begun(), line.ended(), line.number(0)));
            case "fsync", "fdatasync" -> {
                if (line.ended() != Integer.MAX_VALUE) {
                    file.inode.syncs.add(new Sync(line.begun(), line.ended()));
                    moments.add(line.ended());
                }
            }
            default -> throw new IllegalStateException("not known here: " + line);
        }
    }

    private void add(Inode inode, Change change) {
        inode.changes.add(change);
        moments.add(change.begun());
    }

    private void said(StraceLine line) {
        Matcher id = ID.matcher(new String(line.data(), ISO_8859_1));
        boolean found = false;
        while (id.find()) {
            sent.merge(id.group(1), line.begun(), Math::min);
            found = true;
        }
        if (found) {
            answers.add(line.begun());
        }
    }

    private void sort() {
        Stream.concat(Stream.of(self, parent), files.stream())
                .forEach(inode -> inode.changes.sort(Comparator.comparingInt(Change::begun)));
        answers.sort(null);
        moments.sort(null);
    }

    /** The directory as a file among those of {@link #parent}. */
    Inode self() {
        return self;
    }

    /** What the directory lies in; of its changes only the creation of the directory is here. */
    Inode parent() {
        return parent;
    }

    /** The lines after which the power can go and leave something else than before: changes and the ends of syncs. */
    List<Integer> moments() {
        return moments;
    }

    /** The lines on which something was said to a client that names a message. */
    List<Integer> answers() {
        return answers;
    }

    /** The messages whose id had been sent to a client by then, as a receipt or with the message itself. */
    Set<String> promised(int cut) {
        Set<String> ids = new HashSet<>();
        sent.forEach((id, line) -> {
            if (line <= cut) {
                ids.add(id);
            }
        });
        return ids;
    }

    /** The last file that had this name. */
    Inode file(String name) {
        return self.changes.stream()
                .map(Entry.class::cast)
                .filter(entry -> entry.name().equals(name) && entry.inode() != null)
                .reduce((earlier, later) -> later)
                .orElseThrow(() -> new IllegalStateException("there was no file " + name))
                .inode();
    }
}
