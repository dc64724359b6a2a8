// SPDX-License-Identifier: Apache-2.0
package dev.perch.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A message that shows whether it is whole: who published it, which of his it is, its size, and letters that follow
 * from these.
 *
 * @param number counted from 0 by each publisher
 * @param letters how many letters follow
 */
record Text(int publisher, int number, int letters) {
    private static final Pattern FORM = Pattern.compile("([0-9]+)\\.([0-9]+)\\.([0-9]+) [a-z]*");

    /** Its key: no other message has it. */
    String key() {
        return publisher + "." + number;
    }

    @Override
    public String toString() {
        Random random = new Random(31L * number + publisher);
        StringBuilder text = new StringBuilder(key() + "." + letters + " ");
        for (int i = 0; i < letters; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }

    /** The message that this text is; fails when it is none, to the letter. */
    static Text parse(String text) {
        Matcher m = FORM.matcher(text);
        Text parsed = m.matches()
                ? new Text(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)), Integer.parseInt(m.group(3)))
                : null;
        assertEquals(String.valueOf(parsed), text);
        return parsed;
    }
}
