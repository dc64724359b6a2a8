// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import java.util.Map;
import java.util.TreeMap;

/** Settings that belong together. Each is an option with its unit, its default and its reason. */
interface OptionGroup {
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
}
