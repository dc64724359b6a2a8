// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * The asks: publishers that wait for somebody to reply. Each has an id that nobody can guess, which its message carries
 * to whoever reads it; the first reply under that id is the asker's. They are in memory only. Any thread may use it.
 */
final class Asks {
    private static final int BITS = 128;
    private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

    private final SecureRandom random = new SecureRandom();
    private final Map<String, Expectation<Draft>> open = new ConcurrentHashMap<>();
    private final Wheel wheel;
    private final Executor executor;

    Asks(Wheel wheel, Executor executor) {
        this.wheel = wheel;
        this.executor = executor;
    }

    Ask open() {
        byte[] bytes = new byte[BITS / Byte.SIZE];
        random.nextBytes(bytes);
        Ask ask = new Ask(TEXT.encodeToString(bytes), new Expectation<>(wheel, executor));
        open.put(ask.id(), ask.reply());
        ask.reply().outcome().thenRun(() -> open.remove(ask.id()));
        return ask;
    }

    boolean reply(String id, Draft reply) {
        Expectation<Draft> asked = open.get(id);
        return asked != null && asked.meet(reply);
    }

    int size() {
        return open.size();
    }
}
