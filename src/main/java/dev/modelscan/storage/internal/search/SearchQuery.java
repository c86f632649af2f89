package dev.modelscan.storage.internal.search;

import dev.modelscan.storage.internal.query.SearchTerm;
import dev.modelscan.storage.internal.values.TextRules;
import dev.modelscan.storage.internal.values.TimeBounds;
import dev.modelscan.storage.search.Search;
import dev.modelscan.storage.search.SearchSyntaxException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A query of a search, taken apart. {@link Search} says what it may hold. */
final class SearchQuery {

    private final String text;
    private final List<SearchTerm> terms = new ArrayList<>();
    private @Nullable String sender;
    private @Nullable String tool;
    private @Nullable Instant after;
    private @Nullable Instant before;
    private int at;

    private SearchQuery(String text) {
        this.text = text;
    }

    /**
     * Takes a query apart.
     *
     * @throws SearchSyntaxException at the first thing that is wrong
     */
    static SearchQuery parse(String text) {
        SearchQuery query = new SearchQuery(text);
        query.check();
        while (query.skipSpace()) {
            query.part();
        }
        if (query.terms.isEmpty() && query.tool == null) {
            throw new SearchSyntaxException(
                    0, "it has no word to search for; add one, because only tool: works without a word");
        }
        return query;
    }

    /** What a text must have, all of it; empty if a tool alone is asked for. */
    List<SearchTerm> terms() {
        return terms;
    }

    /** The name, id or role of who said it. */
    @Nullable
    String sender() {
        return sender;
    }

    @Nullable
    String tool() {
        return tool;
    }

    /** Nothing before it. */
    @Nullable
    Instant after() {
        return after;
    }

    /** Only before it. */
    @Nullable
    Instant before() {
        return before;
    }

    /**
     * What a text has that has all phrases, if its words have one space around each; separated by bars. Without those
     * of one word.
     */
    String phrases() {
        return terms.stream()
                .filter(term -> term.words().size() > 1)
                .map(term -> " " + String.join(" ", term.words()) + (term.prefix() ? "" : " "))
                .collect(Collectors.joining("|"));
    }

    private void check() {
        if (text.length() > Search.MAX_QUERY_LENGTH) {
            throw new SearchSyntaxException(
                    Search.MAX_QUERY_LENGTH,
                    "it has " + text.length() + " characters; the most is " + Search.MAX_QUERY_LENGTH);
        }
        for (int i = 0; i < text.length(); i++) {
            // Two characters make a pair, so the problem of one alone is none.
            boolean pair = Character.isHighSurrogate(text.charAt(i))
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (!pair && TextRules.problem(text.substring(i, i + 1)) != null) {
                throw new SearchSyntaxException(i, "a NUL or half of a surrogate pair is in no text");
            }
            i += pair ? 1 : 0;
        }
    }

    private boolean skipSpace() {
        while (at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
        return at < text.length();
    }

    private static boolean isSpace(char c) {
        return c <= ' ' || Character.isWhitespace(c);
    }

    private void part() {
        int start = at;
        if (text.charAt(at) == '"') {
            int to = quoted();
            term(start, start + 1, to);
            return;
        }
        int colon = at;
        while (colon < text.length() && Character.isLetter(text.charAt(colon))) {
            colon++;
        }
        if (colon < text.length() && text.charAt(colon) == ':' && filter(text.substring(at, colon), colon + 1)) {
            return;
        }
        while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '*' && !isSpace(text.charAt(at))) {
            at++;
        }
        term(start, start, at);
    }

    /** Goes behind the closing quotation mark, and returns its index. */
    private int quoted() {
        int end = text.indexOf('"', at + 1);
        if (end < 0) {
            throw new SearchSyntaxException(at, "the quotation mark is not closed");
        }
        at = end + 1;
        return end;
    }

    /** Adds the words of a range; an asterisk may follow it. */
    private void term(int start, int from, int to) {
        boolean prefix = at < text.length() && text.charAt(at) == '*';
        List<SearchWords.Word> words = SearchWords.of(text, from, to);
        if (prefix && (words.isEmpty() || words.get(words.size() - 1).to() != to)) {
            throw new SearchSyntaxException(at, "* stands for the rest of a word, so it follows its beginning");
        }
        at += prefix ? 1 : 0;
        if (prefix && at < text.length() && !isSpace(text.charAt(at))) {
            throw new SearchSyntaxException(at - 1, "* stands at the end of a word; it can be nowhere else");
        }
        for (SearchWords.Word word : words) {
            if (word.text().codePointCount(0, word.text().length()) > Search.MAX_WORD_LENGTH) {
                throw new SearchSyntaxException(
                        word.from(), "a word has more than " + Search.MAX_WORD_LENGTH + " characters");
            }
        }
        if (!words.isEmpty()) {
            terms.add(new SearchTerm(words.stream().map(SearchWords.Word::text).toList(), prefix));
        }
        if (terms.stream().mapToInt(term -> term.words().size()).sum() > Search.MAX_WORDS) {
            throw new SearchSyntaxException(start, "it has more than " + Search.MAX_WORDS + " words");
        }
    }

    /** Whether it is a filter. */
    private boolean filter(String name, int valueAt) {
        switch (name) {
            case "sender" -> sender = once(sender, name, value(name, valueAt));
            case "tool" -> tool = once(tool, name, value(name, valueAt));
            case "after" -> after = once(after, name, time(value(name, valueAt), valueAt));
            case "before" -> before = once(before, name, time(value(name, valueAt), valueAt));
            default -> {
                return false;
            }
        }
        return true;
    }

    private <T> T once(@Nullable T known, String name, T value) {
        if (known != null) {
            throw new SearchSyntaxException(at, "it has " + name + ": a second time");
        }
        return value;
    }

    private String value(String name, int valueAt) {
        at = valueAt;
        int from = at;
        int to;
        if (at < text.length() && text.charAt(at) == '"') {
            from++;
            to = quoted();
        } else {
            while (at < text.length() && !isSpace(text.charAt(at))) {
                at++;
            }
            to = at;
        }
        if (from == to) {
            throw new SearchSyntaxException(valueAt, name + ": has no value");
        }
        return text.substring(from, to);
    }

    private static Instant time(String value, int valueAt) {
        try {
            Instant time = value.length() == 10
                    ? LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(value);
            Instant first = TimeBounds.firstStored(time);
            if (first == null || time.isBefore(TimeBounds.EARLIEST)) {
                throw new SearchSyntaxException(valueAt, "it is not in the years 0 to 9999");
            }
            return first;
        } catch (DateTimeParseException e) {
            throw new SearchSyntaxException(
                    valueAt,
                    "it is not a time; give a day, such as 2026-01-31, or a time, such as 2026-01-31T12:00:00Z");
        }
    }
}
