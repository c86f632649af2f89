package dev.modelscan.storage.internal.search;

import dev.modelscan.storage.internal.query.SearchTerm;
import dev.modelscan.storage.search.SearchHit.Mark;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Shows where the words of a query are in a text. */
final class SearchSnippets {

    /** How much of a text is indexed, in Unicode characters; a text has at least as many in Java. */
    private static final int MOST = 100_000;

    /** A common word is in too many places to look at each. */
    private static final int MOST_PLACES = 500;

    private static final int BEFORE = 50;
    private static final int LENGTH = 160;

    /** A snippet, and how many of the terms its text has. */
    record Snippet(String text, List<Mark> marks, int terms) {}

    private SearchSnippets() {}

    /** The snippet of the text that has most of the terms; of the first of several. */
    static Snippet best(List<String> texts, List<SearchTerm> terms) {
        Snippet best = new Snippet("", List.of(), -1);
        for (String text : texts) {
            Snippet snippet = of(text, terms);
            best = snippet.terms() > best.terms() ? snippet : best;
            if (best.terms() == terms.size()) {
                break;
            }
        }
        return best;
    }

    private static Snippet of(String text, List<SearchTerm> terms) {
        List<Mark> found = new ArrayList<>();
        int most = Math.min(text.length(), 2 * MOST);
        List<SearchWords.Word> words = SearchWords.of(text, 0, most);
        Set<SearchTerm> seen = new HashSet<>();
        for (int i = 0; i < words.size(); i++) {
            int length = 0;
            for (SearchTerm term : terms) {
                if (isAt(words, i, term)) {
                    length = Math.max(length, term.words().size());
                    seen.add(term);
                }
            }
            for (int j = i; j < i + length; j++) {
                Mark mark = new Mark(words.get(j).from(), words.get(j).to());
                if (found.isEmpty() || found.get(found.size() - 1).to() < mark.to()) {
                    found.add(mark);
                }
            }
        }
        return cut(text, found, seen.size());
    }

    private static boolean isAt(List<SearchWords.Word> words, int at, SearchTerm term) {
        int last = term.words().size() - 1;
        if (at + last >= words.size()) {
            return false;
        }
        for (int i = 0; i <= last; i++) {
            String word = words.get(at + i).text();
            String wanted = term.words().get(i);
            if (!((i == last && term.prefix()) ? word.startsWith(wanted) : word.equals(wanted))) {
                return false;
            }
        }
        return true;
    }

    private static Snippet cut(String text, List<Mark> found, int terms) {
        int first = densest(text, found);
        int from = first <= BEFORE ? 0 : first - BEFORE;
        int to = Math.min(text.length(), from + LENGTH);
        from -= from > 0 && Character.isLowSurrogate(text.charAt(from)) ? 1 : 0;
        to -= to < text.length() && Character.isLowSurrogate(text.charAt(to)) ? 1 : 0;
        StringBuilder snippet = new StringBuilder(LENGTH + 2);
        snippet.append(from > 0 ? "…" : "");
        int shift = snippet.length() - from;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            snippet.append(isShown(c) ? c : ' ');
        }
        snippet.append(to < text.length() ? "…" : "");
        List<Mark> marks = new ArrayList<>();
        for (Mark mark : found) {
            if (mark.to() > from && mark.from() < to) {
                marks.add(new Mark(Math.max(mark.from(), from) + shift, Math.min(mark.to(), to) + shift));
            }
        }
        return new Snippet(snippet.toString(), marks, terms);
    }

    /** Where to begin to show most of the words; the first of several places. */
    private static int densest(String text, List<Mark> found) {
        int best = 0;
        int most = 0;
        for (int i = 0; i < Math.min(found.size(), MOST_PLACES); i++) {
            int from = found.get(i).from();
            Set<String> words = new HashSet<>();
            for (int j = i; j < found.size() && found.get(j).to() <= from + LENGTH - BEFORE; j++) {
                words.add(text.substring(found.get(j).from(), found.get(j).to()));
            }
            if (words.size() > most) {
                most = words.size();
                best = from;
            }
        }
        return best;
    }

    /** Neither a control character, a line's end, nor one that turns the direction of what follows. */
    private static boolean isShown(char c) {
        return !Character.isISOControl(c)
                && !(c >= '\u2028' && c <= '\u202e')
                && !(c >= '\u2066' && c <= '\u2069')
                && c != '\u200e'
                && c != '\u200f';
    }
}
