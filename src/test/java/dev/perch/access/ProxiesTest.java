// SPDX-License-Identifier: Apache-2.0
package dev.perch.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Whom a request comes from, when there are proxies between. */
final class ProxiesTest {
    private final Proxies proxies = new Proxies(List.of("10.0.0.0/8", "192.0.2.1", "2001:db8::/33", "::1"));

    @Test
    void rangesEndWhereTheySay() {
        for (String inside :
                List.of("10.0.0.0", "10.255.255.255", "192.0.2.1", "::1", "0:0:0:0:0:0:0:1", "2001:db8:7fff::1")) {
            assertTrue(proxies.trust(inside), inside);
        }
        for (String outside :
                List.of("9.255.255.255", "11.0.0.0", "192.0.2.2", "::2", "2001:db8:8000::1", "", "localhost")) {
            assertFalse(proxies.trust(outside), outside);
        }
        assertTrue(new Proxies(List.of("0.0.0.0/0")).trust("203.0.113.9"));
        assertTrue(new Proxies(List.of("203.0.113.8/31")).trust("203.0.113.9"));
        assertFalse(new Proxies(List.of("203.0.113.8/31")).trust("203.0.113.10"));
        assertFalse(new Proxies(List.of()).trust("127.0.0.1"));
    }

    @Test
    void whatIsNoRangeIsRefused() {
        for (String range :
                List.of("localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0", "", "::1/129", "*", "a:b")) {
            assertFalse(Proxies.isRange(range), range);
        }
        assertTrue(Proxies.isRange("fe80::/10"));
    }

    @Test
    void theLastAddressThatIsNoProxyIsTheClient() {
        assertEquals("203.0.113.9", proxies.client("10.0.0.1", List.of("203.0.113.9")));
        assertEquals("203.0.113.9", proxies.client("10.0.0.1", List.of("198.51.100.1", "203.0.113.9", "10.1.1.1")));
        assertEquals("10.9.9.9", proxies.client("10.0.0.1", List.of("10.9.9.9", "10.1.1.1")));
        assertEquals("10.0.0.1", proxies.client("10.0.0.1", List.of()));
        assertEquals("203.0.113.9", proxies.client("203.0.113.9", List.of("198.51.100.1")), "nobody asked it");
    }

    @Test
    void whatIsNoAddressEndsTheSearch() {
        for (String node : List.of("unknown", "_hidden", "", "evil.example", "1.2.3.4.5", "[::1", "999.1.1.1")) {
            assertEquals("10.1.1.1", proxies.client("10.0.0.1", List.of("198.51.100.1", node, "10.1.1.1")), node);
        }
        assertEquals("203.0.113.9", proxies.client("10.0.0.1", List.of("203.0.113.9:4711")));
        assertEquals("2001:db8:ffff::9", proxies.client("::1", List.of("[2001:db8:ffff::9]:4711")));
        assertEquals("2001:db8:ffff::9", proxies.client("::1", List.of("2001:db8:ffff::9")));
    }
}
