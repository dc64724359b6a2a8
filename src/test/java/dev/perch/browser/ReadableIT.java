// SPDX-License-Identifier: Apache-2.0
package dev.perch.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.perch.TestServer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages can be read, and their controls seen, as WCAG 2.2 asks for at level AA. */
final class ReadableIT {
    @RegisterExtension
    static final Visitor VISITOR = new Visitor();

    private static final TestServer SERVER = TestServer.start("--presence", "--monitor");

    /**
     * Finds text with a contrast below 4.5 to 1 (1.4.3), borders of fields below 3 to 1 (1.4.11), and fields and
     * buttons without a name (4.1.2). What is switched off may be faint.
     */
    private static final String FAULTS =
            """
            (function () {
              var faults = [];
              function parts(color) {
                var all = (color.match(/[0-9.]+/g) || [0, 0, 0, 0]).map(Number);
                return all.length > 3 ? all : all.concat(1);
              }
              function over(top, below, opacity) {
                return [0, 1, 2].map(function (i) {
                  return top[i] * top[3] * opacity + below[i] * (1 - top[3] * opacity);
                }).concat(1);
              }
              function ground(element) {
                return element ? over(parts(getComputedStyle(element).backgroundColor), ground(element.parentElement), 1)
                  : [255, 255, 255, 1];
              }
              function light(color) {
                var linear = color.slice(0, 3).map(function (c) {
                  return c / 255 <= 0.04045 ? c / 255 / 12.92 : Math.pow((c / 255 + 0.055) / 1.055, 2.4);
                });
                return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
              }
              function check(what, element, color, behind, opacity, least) {
                var one = light(over(parts(color), behind, opacity)), other = light(behind);
                var contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
                if (contrast < least) {
                  faults.push(what + ' of ' + element.tagName + '.' + element.className + ' ' + contrast.toFixed(2));
                }
              }
              function opacity(element) {
                return element ? getComputedStyle(element).opacity * opacity(element.parentElement) : 1;
              }
              document.querySelectorAll('body *').forEach(function (element) {
                var style = getComputedStyle(element), hint = getComputedStyle(element, '::placeholder');
                if (!element.getClientRects().length || element.disabled) return;
                if ([].some.call(element.childNodes, function (n) { return n.nodeType === 3 && n.nodeValue.trim(); })) {
                  check('text', element, element.namespaceURI.indexOf('svg') > 0 ? style.fill : style.color,
                    ground(element), opacity(element), 4.5);
                }
                if (element.matches('input[type=text], textarea')) {
                  check('border', element, style.borderTopColor, ground(element.parentElement), 1, 3);
                  check('placeholder', element, hint.color, ground(element), hint.opacity, 4.5);
                }
                if (element.matches('input, textarea') && !element.labels.length
                    || element.matches('button, a[href]') && !element.textContent.trim()
                    || element.tabIndex >= 0 && element.matches('div') && !element.getAttribute('aria-label')) {
                  faults.push('no name: ' + element.outerHTML.slice(0, 80));
                }
              });
              return faults;
            }())""";

    @AfterAll
    static void stopTheServer() {
        SERVER.close();
    }

    @ParameterizedTest
    @CsvSource({
        "index.html#alice, light", "index.html#alice, dark",
        "chat.html#lobby, light", "chat.html#lobby, dark",
        "push.html, light", "push.html, dark",
        "monitor.html, light", "monitor.html, dark"
    })
    void everyTextAndFieldStandsOutAndHasAName(String page, String scheme) throws Exception {
        VISITOR.browser().colorScheme(scheme);
        open(page);
        VISITOR.waitUntil("!document.getAnimations().length");
        assertEquals("[]", VISITOR.evaluate(FAULTS).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"index.html#alice", "chat.html#lobby", "push.html", "monitor.html"})
    void textOfTwiceTheSizeFitsADesktopAndAPhone(String page) throws Exception {
        open(page);
        double before = sizeOfText();
        VISITOR.evaluate("document.documentElement.style.fontSize = '200%'");
        assertEquals(2 * before, sizeOfText());
        for (int width : List.of(1280, 390)) {
            VISITOR.browser().viewport(width, 844);
            assertTrue(
                    VISITOR.evaluate("document.documentElement.scrollWidth <= " + width)
                            .getAsBoolean(),
                    "wider than " + width);
        }
    }

    private static double sizeOfText() {
        return VISITOR.evaluate("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)")
                .getAsDouble();
    }

    /** Opens a page, and lets something happen on it. */
    private static void open(String page) throws Exception {
        Backend backend = new Backend(SERVER);
        VISITOR.open(SERVER.uri(page));
        if (page.startsWith("chat")) {
            assertEquals("[]", VISITOR.evaluate(FAULTS).toString());
            VISITOR.fill("#name", "Zoë");
            VISITOR.click("#enter");
            backend.publish("topic/room.lobby?from=bob", "text/plain", "hello");
            VISITOR.fill("#text", "hello");
            VISITOR.click("#send");
            VISITOR.waitUntil("document.querySelectorAll('.words').length > 1 && !document.querySelector('.unsent')");
            VISITOR.evaluate("document.querySelector('.own').classList.add('unsent')");
            VISITOR.refuseWhatIsSent();
            VISITOR.fill("#text", "hello?");
            VISITOR.click("#send");
            VISITOR.waitForPart(".failed .again", "Send again");
            return;
        }
        backend.publish("broadcast?type=order&from=bob", "text/plain", "hello");
        if (page.startsWith("monitor")) {
            VISITOR.waitUntil("document.querySelectorAll('.chart text').length > 20");
        } else {
            VISITOR.waitForPart(".message, .news", "hello");
        }
    }
}
