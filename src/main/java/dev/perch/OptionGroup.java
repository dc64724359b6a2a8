// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import java.util.Map;
import java.util.TreeMap;

/** Settings that belong together. Each is an option with its unit, its default and its reason. */
interface OptionGroup {
    /** More than thirty years: sums of such times do not overflow. */
    long MOST_SECONDS = 1_000_000_000;

    /** The first setting that makes no sense, as a sentence, or null. */
    String mistake();

    /** Complains of the first of these settings, in the order of their names, that is not 1 or more, or is null. */
    static String lessThanOne(Map<String, Number> settings) {
        for (Map.Entry<String, Number> setting : new TreeMap<>(settings).entrySet()) {
            if (setting.getValue().longValue() < 1) {
                return setting.getKey() + " must be 1 or more";
            }
        }
        return null;
    }

    /** The same for times in seconds, which can also be too long. */
    static String notSeconds(Map<String, Number> settings) {
        for (Map.Entry<String, Number> setting : new TreeMap<>(settings).entrySet()) {
            long seconds = setting.getValue().longValue();
            if (seconds < 1 || seconds > MOST_SECONDS) {
                return setting.getKey() + " must be 1 to " + MOST_SECONDS + " seconds";
            }
        }
        return null;
    }
}
