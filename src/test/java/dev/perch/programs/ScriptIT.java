// SPDX-License-Identifier: Apache-2.0
package dev.perch.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.perch.docs.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts for pages, held against grammars, random networks and compilers. */
final class ScriptIT {
    private static final Path TESTS = Path.of("src/test/node").toAbsolutePath();
    private static final Path SOURCES = Path.of("webapp").toAbsolutePath();
    /** Where the build puts them, with those that it has made small. */
    private static final Path BUILT = Path.of(System.getProperty("perch.jar"))
            .resolveSibling("classes")
            .resolve("webapp")
            .toAbsolutePath();

    @TempDir
    Path directory;

    @BeforeEach
    void needsNode() {
        Shell.assumeInstalled("node", "npm");
    }

    @Test
    void theScriptsAreEcmaScript3() throws Exception {
        Program.installFromNpm(directory, "acorn@8.15.0");
        Files.copy(TESTS.resolve("es3.js"), directory.resolve("es3.js"));
        List<String> names =
                List.of("perch.js", "perch-legacy.js", "perch.min.js", "perch-legacy.min.js", "page.js", "chat.js");
        String[] command = new String[names.size() + 2];
        command[0] = "node";
        command[1] = "es3.js";
        for (int i = 0; i < names.size(); i++) {
            command[i + 2] = BUILT.resolve(names.get(i)).toString();
        }
        assertEquals(names.size(), run(command).lines("").size());
    }

    /** Connections break, answers get lost, proxies hold back, tabs come and go. */
    @ParameterizedTest
    @ValueSource(strings = {"webapp", "minified"})
    void onAnyNetworkEachMessageComesOnceAndInOrder(String which) throws Exception {
        Path scripts = which.equals("webapp") ? SOURCES : minified();
        String seed = Integer.toString((int) (System.nanoTime() & 0xffffff));
        System.out.println("ScriptIT: node schedules.js " + seed);
        run("env", "SCRIPTS=" + scripts, "node", TESTS.resolve("schedules.js").toString(), seed, "100");
    }

    @ParameterizedTest
    @ValueSource(strings = {"webapp", "minified"})
    void eachMishapOfItsOwnIsBorne(String which) throws Exception {
        Path scripts = which.equals("webapp") ? SOURCES : minified();
        run("env", "SCRIPTS=" + scripts, "node", TESTS.resolve("faults.js").toString());
    }

    @Test
    void jsonWithoutEvalIsThatOfTheEngine() throws Exception {
        run("env", "SCRIPTS=" + SOURCES, "node", TESTS.resolve("json.js").toString(), "1", "2000");
    }

    @Test
    void theFolderIsAPackageWithTypes() throws Exception {
        Program.installFromNpm(directory, "typescript@5.9.3", SOURCES.toString());
        Files.copy(TESTS.resolve("types.ts"), directory.resolve("types.ts"));
        run("npx", "--offline", "tsc", "--strict", "--noEmit", "--module", "commonjs", "types.ts");
        run(
                "node",
                "-e",
                "const Perch = require('perch'); require('perch/perch-legacy.js');"
                        + " if (!Perch.views.some(view => view.name === 'jsonp')) process.exit(1)");
    }

    private Path minified() throws Exception {
        for (String name : List.of("perch", "perch-legacy")) {
            Files.copy(BUILT.resolve(name + ".min.js"), directory.resolve(name + ".js"));
        }
        return directory;
    }

    private Program run(String... command) throws Exception {
        try (Program program = Program.start(directory, command)) {
            assertEquals(0, program.awaitEnd(), program.printed());
            return program;
        }
    }
}
