// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Finds the names that somebody may have meant who wrote another one. */
final class Spelling {
    /** One slip is likely in a short word; in a long one, one for so many letters. */
    private static final int LETTERS_FOR_A_SLIP = 4;
    /** What has fewer letters is in too many names. */
    private static final int LEAST = 3;

    private Spelling() {}

    /**
     * The names near to a word, the likeliest ones only: those that are it but for a slip or two, or those that begin
     * with it, or those with all of it in them or that are in it, or those that begin with the same part.
     *
     * @param prefix what all names begin with, which the word is without
     */
    static List<String> near(String word, Collection<String> names, String prefix) {
        Map<String, String> all = new TreeMap<>();
        names.forEach(name -> all.put(name, name.substring(prefix.length())));
        int slips = Math.max(1, word.length() / LETTERS_FOR_A_SLIP);
        List<Predicate<String>> likelihoods = List.of(
                name -> distance(word, name) <= slips,
                name -> name.startsWith(word),
                name -> word.length() >= LEAST && (name.contains(word) || word.contains(name)),
                name -> firstPart(name).equals(firstPart(word)));
        return likelihoods.stream()
                .map(likely -> all.keySet().stream()
                        .filter(name -> likely.test(all.get(name)))
                        .toList())
                .filter(near -> !near.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private static String firstPart(String name) {
        return name.split("[-_]", 2)[0];
    }

    /** How many letters are missing, too many, or another one, or have changed places with their neighbour. */
    private static int distance(String a, String b) {
        int[][] distance = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    distance[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                distance[i][j] =
                        Math.min(distance[i - 1][j - 1] + change, 1 + Math.min(distance[i - 1][j], distance[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    distance[i][j] = Math.min(distance[i][j], distance[i - 2][j - 2] + 1);
                }
            }
        }
        return distance[a.length()][b.length()];
    }
}
