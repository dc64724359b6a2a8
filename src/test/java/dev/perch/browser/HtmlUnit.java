// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A browser of HtmlUnit, which plays those that do not run here. Releases that play different ones have classes of the
 * same names, so each is loaded from the directory where the build has put it, and called by reflection.
 */
final class HtmlUnit implements AutoCloseable {
    private static final String PACKAGE = "com.gargoylesoftware.htmlunit.";
    /** Logs every rule of CSS that it does not know. */
    private static final Logger NOISE = Logger.getLogger("com.gargoylesoftware");

    private final URLClassLoader loader;
    private final Object client;
    private Object page;

    private HtmlUnit(URLClassLoader loader, Object client) {
        this.loader = loader;
        this.client = client;
    }

    /**
     * Opens a browser without a page.
     *
     * @param release of HtmlUnit: its directory is {@code target/htmlunit-RELEASE}
     * @param version the constant of its BrowserVersion
     */
    static HtmlUnit start(String release, String version) throws Exception {
        NOISE.setLevel(Level.OFF);
        Path directory = Path.of(System.getProperty("perch.jar")).resolveSibling("htmlunit-" + release);
        try (Stream<Path> jars = Files.list(directory)) {
            List<URL> urls = jars.map(HtmlUnit::url).toList();
            URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
            Class<?> versions = loader.loadClass(PACKAGE + "BrowserVersion");
            Object client = loader.loadClass(PACKAGE + "WebClient")
                    .getConstructor(versions)
                    .newInstance(versions.getField(version).get(null));
            return new HtmlUnit(loader, client);
        }
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Loads a page; what its scripts throw fails this, too. */
    void open(URI url) throws Exception {
        Thread.currentThread().setContextClassLoader(loader);
        page = call(client, "getPage", url.toString());
    }

    /** Runs a script in the page, as it stands there. */
    void run(String js) throws Exception {
        Thread.currentThread().setContextClassLoader(loader);
        call(page, "executeJavaScript", js);
    }

    /** What stands in an element of the page. */
    String text(String id) throws Exception {
        Object element =
                page.getClass().getMethod("getElementById", String.class).invoke(page, id);
        return (String) element.getClass().getMethod("getTextContent").invoke(element);
    }

    /** Waits until that stands in an element. */
    void waitForText(String id, String text, Duration atMost) {
        Awaitility.await(id + " to be " + text)
                .atMost(atMost)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> text(id), text::equals);
    }

    private static Object call(Object target, String method, String argument) throws Exception {
        try {
            return target.getClass().getMethod(method, String.class).invoke(target, argument);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Override
    public void close() throws IOException, ReflectiveOperationException {
        try {
            // The newer one is closed so, the older one like this.
            String method = Stream.of(client.getClass().getMethods())
                            .anyMatch(m -> m.getName().equals("closeAllWindows"))
                    ? "closeAllWindows"
                    : "close";
            client.getClass().getMethod(method).invoke(client);
        } finally {
            Thread.currentThread().setContextClassLoader(HtmlUnit.class.getClassLoader());
            loader.close();
        }
    }
}
