// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.perch.mailbox.Clocks;
import dev.perch.mailbox.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who imports whom, and the other rules that hold the house up and that a program can check. */
final class ArchitectureTest {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final int LONGEST_FILE = 300;

    private static final String TOP = "dev.perch";
    private static final String MAILBOX = "dev.perch.mailbox..";
    private static final String STORE = "dev.perch.store..";
    private static final String FORMAT = "dev.perch.format..";
    private static final String HTTP = "dev.perch.http..";
    private static final String SOCKET = "dev.perch.socket..";
    private static final String CONNECTION = "dev.perch.connection..";
    private static final String ACCESS = "dev.perch.access..";
    private static final String METRICS = "dev.perch.metrics..";

    /** Only main classes, wherever a build puts them. */
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/") && !location.contains("-tests.jar"))
            .importPackages(TOP);

    private static final ArchRule MAILBOX_KNOWS_JAVA_ONLY = classes()
            .that()
            .resideInAPackage(MAILBOX)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                            "java.lang..", "java.util..", "java.time..", "java.nio.charset", "java.security", MAILBOX)
                    .or(annotationsOfTheCompiler()))
            .allowEmptyShould(true);

    private static final ArchRule ONLY_CLOCKS_TELLS_THE_TIME = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(Clocks.class.getName())
            .should()
            .accessTargetWhere(tellsTheTime())
            .allowEmptyShould(true);

    private static final ArchRule NAMES_SAY_WHAT_A_CLASS_IS = noClasses()
            .should()
            .haveNameMatching(".*(Impl|Manager|Helper|Util|Utils)")
            .orShould()
            .haveNameMatching("(.*[.$])?(Abstract|Base)[A-Z][^.$]*")
            .allowEmptyShould(true);

    private static final ArchRule NOBODY_IMPORTS_THE_TOP = noClasses()
            .that()
            .resideOutsideOfPackage(TOP)
            .should()
            .dependOnClassesThat(resideInAPackage(TOP))
            .allowEmptyShould(true);

    @Test
    void theMainClassesAreFound() {
        assertTrue(MAIN.contain(Store.class));
        assertFalse(MAIN.contain(ArchitectureTest.class));
    }

    @Test
    void theMailboxPackageKnowsNothingButJava() {
        MAILBOX_KNOWS_JAVA_ONLY.check(MAIN);
    }

    @Test
    void theStorePackageImportsTheMailboxPackageOnly() {
        importsOnly(STORE, MAILBOX).check(MAIN);
    }

    @Test
    void theFormatPackageImportsTheMailboxPackageOnly() {
        importsOnly(FORMAT, MAILBOX).check(MAIN);
    }

    @Test
    void theAccessAndMetricsPackagesImportTheMailboxPackageOnly() {
        importsOnly(ACCESS, MAILBOX).check(MAIN);
        importsOnly(METRICS, MAILBOX).check(MAIN);
    }

    @Test
    void theViewsDoNotKnowTheStores() {
        importsOnly(HTTP, MAILBOX, FORMAT, ACCESS, METRICS, SOCKET, CONNECTION).check(MAIN);
        importsOnly(SOCKET, MAILBOX, FORMAT, ACCESS, METRICS).check(MAIN);
    }

    @Test
    void theConnectionPackageDoesNotKnowWhatIsAskedFor() {
        importsOnly(CONNECTION, MAILBOX, FORMAT, ACCESS, METRICS).check(MAIN);
        onlyUsedIn("jakarta.servlet..", HTTP, SOCKET, TOP).check(MAIN);
    }

    @Test
    void nobodyImportsTheTopPackage() {
        NOBODY_IMPORTS_THE_TOP.check(MAIN);
    }

    @Test
    void thePackagesFormNoCycle() {
        slices().matching("dev.perch.(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(MAIN);
    }

    @Test
    void onlyTheFormatPackageUsesGson() {
        onlyUsedIn("com.google.gson..", FORMAT).check(MAIN);
    }

    @Test
    void onlyTheViewsTheConnectionsAndTheWiringUseJetty() {
        onlyUsedIn("org.eclipse.jetty..", HTTP, SOCKET, CONNECTION, TOP).check(MAIN);
    }

    @Test
    void onlyTheAccessPackageKnowsHowTokensAreMade() {
        onlyUsedIn("com.nimbusds..", ACCESS).check(MAIN);
    }

    @Test
    void onlyTheMetricsPackageUsesMicrometer() {
        onlyUsedIn("io.micrometer..", METRICS).check(MAIN);
    }

    @Test
    void onlyTheStorePackageUsesSql() {
        onlyUsedIn("java.sql..", STORE).check(MAIN);
        onlyUsedIn("org.sqlite..", STORE).check(MAIN);
    }

    @Test
    void onlyTheTopPackageUsesPicocliAndTheConfig() {
        onlyUsedIn("picocli..", TOP).check(MAIN);
        noClasses()
                .that()
                .resideOutsideOfPackage(TOP)
                .should()
                .dependOnClassesThat()
                .haveNameMatching("dev\\.perch\\.(Config|\\w*Option\\w*)(\\$.*)?")
                .allowEmptyShould(true)
                .check(MAIN);
    }

    @Test
    void namesSayWhatAClassIs() {
        NAMES_SAY_WHAT_A_CLASS_IS.check(MAIN);
    }

    @Test
    void onlyTheClocksTellTheTime() {
        ONLY_CLOCKS_TELLS_THE_TIME.check(MAIN);
    }

    @Test
    void nobodySleeps() {
        noClasses()
                .should()
                .accessTargetWhere(
                        target("sleeps", Set.of("java.lang.Thread", "java.util.concurrent.TimeUnit"), "sleep"))
                .allowEmptyShould(true)
                .check(MAIN);
    }

    @Test
    void noSourceFileIsTooLong() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : sources()) {
            int lines = Files.readAllLines(file).size();
            if (lines > LONGEST_FILE) {
                tooLong.add(SOURCES.relativize(file) + ": " + lines);
            }
        }
        assertEquals(List.of(), tooLong);
    }

    @Test
    void aWrongImportIsNoticed() throws ClassNotFoundException {
        JavaClasses importsJUnit = classesOf(Class.forName("dev.perch.mailbox.CursorTest"));
        assertTrue(MAILBOX_KNOWS_JAVA_ONLY.evaluate(importsJUnit).hasViolation());
        assertTrue(onlyUsedIn("org.junit..", FORMAT).evaluate(importsJUnit).hasViolation());
        JavaClasses importsMailbox = classesOf(Class.forName("dev.perch.store.MemoryStoreTest"));
        assertTrue(importsOnly(STORE).evaluate(importsMailbox).hasViolation());
        assertFalse(importsOnly(STORE, MAILBOX).evaluate(importsMailbox).hasViolation());
    }

    @Test
    void aWrongNameIsNoticed() {
        assertTrue(NAMES_SAY_WHAT_A_CLASS_IS
                .evaluate(classesOf(QueueManager.class))
                .hasViolation());
        assertTrue(NAMES_SAY_WHAT_A_CLASS_IS
                .evaluate(classesOf(AbstractQueue.class))
                .hasViolation());
        assertFalse(NAMES_SAY_WHAT_A_CLASS_IS.evaluate(classesOf(Store.class)).hasViolation());
    }

    @Test
    void aLookAtAnotherClockIsNoticed() {
        assertTrue(ONLY_CLOCKS_TELLS_THE_TIME
                .evaluate(classesOf(QueueManager.class))
                .hasViolation());
        assertTrue(ONLY_CLOCKS_TELLS_THE_TIME
                .evaluate(classesOf(AbstractQueue.class))
                .hasViolation());
    }

    /** A deliberately broken example: a call to a clock of its own. */
    static final class QueueManager {
        long time() {
            return System.nanoTime();
        }
    }

    /** A deliberately broken example: a reference to a clock of its own. */
    static final class AbstractQueue {
        final LongSupplier clock = System::currentTimeMillis;
    }

    private static JavaClasses classesOf(Class<?> type) {
        return new ClassFileImporter().importClasses(type);
    }

    /** Of Perch's own packages the classes of this one use only those. */
    private static ArchRule importsOnly(String importer, String... imported) {
        DescribedPredicate<JavaClass> own = resideInAPackage("dev.perch..");
        DescribedPredicate<JavaClass> allowed = resideInAnyPackage(imported).or(resideInAPackage(importer));
        return noClasses()
                .that()
                .resideInAPackage(importer)
                .should()
                .dependOnClassesThat(own.and(DescribedPredicate.not(allowed)))
                .as(importer + " imports only " + List.of(imported))
                .allowEmptyShould(true);
    }

    private static ArchRule onlyUsedIn(String library, String... users) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(users)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .allowEmptyShould(true);
    }

    private static DescribedPredicate<JavaClass> annotationsOfTheCompiler() {
        return resideInAnyPackage("org.jspecify.annotations", "com.google.errorprone.annotations..");
    }

    private static DescribedPredicate<JavaAccess<?>> tellsTheTime() {
        DescribedPredicate<JavaAccess<?>> system =
                target("asks the machine", Set.of("java.lang.System"), "currentTimeMillis", "nanoTime");
        DescribedPredicate<JavaAccess<?>> calendar = describe("asks java.time", access -> {
            JavaClass owner = access.getTargetOwner();
            return owner.getPackageName().equals("java.time")
                    && (access.getName().equals("now") || access.getName().startsWith("system"));
        });
        DescribedPredicate<JavaAccess<?>> date =
                target("makes a date", Set.of("java.util.Date", "java.util.GregorianCalendar"), "<init>");
        return system.or(calendar).or(date).as("it tells the time");
    }

    private static DescribedPredicate<JavaAccess<?>> target(String does, Set<String> owners, String... names) {
        return describe(
                does,
                access -> owners.contains(access.getTargetOwner().getName())
                        && List.of(names).contains(access.getName()));
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            List<Path> sources =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            assertFalse(sources.isEmpty());
            return sources;
        }
    }
}
