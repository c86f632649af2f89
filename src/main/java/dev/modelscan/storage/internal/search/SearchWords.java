package dev.modelscan.storage.internal.search;

import java.util.ArrayList;
import java.util.List;

/**
 * What a word is, as the scripts of the search index have it: see {@code src/main/sql/search/sqlite/create.sql}. A
 * change here is one there.
 */
final class SearchWords {

    /** The separators that are not ASCII; the last stands between the texts of a payload. */
    private static final String MARKS = "\u00a0\u00ab\u00bb\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u2192"
            + "\u3001\u3002\uff0c\uff1a\uff01\uff1f\u201a\u201e\u2011\u202f\u3000\u300a\u300b\u300c\u300d\uff08\uff09\uff1b\u241e";

    /**
     * A word in a text.
     *
     * @param text with ASCII letters in lower case
     * @param from the index of its first character
     * @param to the index after its last character
     */
    record Word(String text, int from, int to) {}

    private SearchWords() {}

    static boolean isSeparator(char c) {
        if (c < 0x80) {
            return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
        }
        return MARKS.indexOf(c) >= 0;
    }

    /** The words of a range of a text, in order. */
    static List<Word> of(String text, int from, int to) {
        List<Word> words = new ArrayList<>();
        int at = from;
        while (at < to) {
            if (isSeparator(text.charAt(at))) {
                at++;
                continue;
            }
            int start = at;
            while (at < to && !isSeparator(text.charAt(at))) {
                at++;
            }
            words.add(new Word(lower(text.substring(start, at)), start, at));
        }
        return words;
    }

    /** Other letters stay as they are. */
    private static String lower(String word) {
        StringBuilder lower = null;
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                lower = lower == null ? new StringBuilder(word) : lower;
                lower.setCharAt(i, (char) (c + ('a' - 'A')));
            }
        }
        return lower == null ? word : lower.toString();
    }
}
