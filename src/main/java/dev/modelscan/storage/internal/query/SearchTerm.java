package dev.modelscan.storage.internal.query;

import java.util.List;

/**
 * Words that a text must have, one right after the other.
 *
 * @param words one or more, each without separators and without upper-case ASCII letters
 * @param prefix whether the last may go on
 */
public record SearchTerm(List<String> words, boolean prefix) {

    public SearchTerm {
        words = List.copyOf(words);
    }
}
