package dev.modelscan.storage.search;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.errors.SearchIndexException;
import java.util.function.Consumer;

/**
 * Full-text search in messages and in what tools were given and answered. It needs an index, which a database has if
 * {@link #enable} was called: once, by whoever may change its schema. From then on the database keeps it in step with
 * every write, whoever writes. Thread-safe.
 *
 * <p>What is searched: the content of a message, the text of each of its parts, and the input, output and error of a
 * tool's call together. Never a model's reasoning. Of each the first 100,000 characters; of JSON the texts in it,
 * without the names of members, the shortest first. Bytes of blobs are not searched.
 *
 * <p>What a word is: letters and digits, upper and lower case of ASCII being equal. All other ASCII characters separate
 * words, and so do dashes, quotation marks and the like; any other character is a letter. So {@code user_id} is two
 * words, and a sentence in Chinese is one, of which the beginning can be found.
 *
 * <p>The query: words, all of which must be in the same text; {@code "a phrase"}; {@code prefix*}; and filters, which
 * have no space after the colon:
 * <ul>
 *   <li>{@code sender:name}: the sender's name, id or role, or the name or id of the agent that used the tool
 *   <li>{@code tool:name}: calls of that tool alone; without a word, all of them
 *   <li>{@code after:2026-01-31} and {@code before:2026-01-31T12:00:00Z}: made at that time or later, or before it; a
 *       day begins at midnight UTC
 * </ul>
 * A filter's value with spaces is quoted, as in {@code sender:"Code reviewer"}. A word with separators in it, such as
 * {@code user_id}, is a phrase. There are no operators: {@code AND} and {@code OR} are words, and {@code -} separates
 * them.
 *
 * @since 0.1.0
 */
public interface Search {

    /** The most characters that a query has. */
    int MAX_QUERY_LENGTH = 1_000;

    /** The most words that a query has. */
    int MAX_WORDS = 32;

    /** The most characters that a word of a query has. */
    int MAX_WORD_LENGTH = 254;

    /** The most results of a page. */
    int MAX_LIMIT = 100;

    /**
     * The results, the newest first; of the same time, calls of tools before messages, then by id from the last. Both
     * engines give the same. They are not ranked, because each engine ranks in its own way. The query looks at every
     * result to find the newest, so a word that is in a million texts takes seconds.
     *
     * @param query see above
     * @param request up to {@link #MAX_LIMIT} results
     * @throws SearchSyntaxException if the query has neither a word nor {@code tool:}, or is wrong in another way
     * @throws IllegalArgumentException if the request's limit is above {@link #MAX_LIMIT}, or its cursor is of another
     *     list
     * @throws SearchIndexException if the database has no index, or not all of it
     */
    Page<SearchHit> find(String query, PageRequest request);

    /** Whether the database has all of the index. */
    boolean isEnabled();

    /**
     * Creates the index, unless the database has all of it. This is one transaction, and other writers wait for it:
     * 100,000 messages take seconds, not minutes. On PostgreSQL only the owner of the tables may.
     *
     * @return false if the database had all of it
     */
    boolean enable();

    /**
     * {@link #enable()} with a listener, which is called now and then with the progress: by one thread at a time, on
     * PostgreSQL by another thread than this. If it throws, on SQLite the call fails; on PostgreSQL the listener is not
     * called again.
     */
    boolean enable(Consumer<? super SearchProgress> progress);

    /** Removes the index, if there is one. What is indexed stays. On PostgreSQL only the owner of the tables may. */
    void disable();

    /** Rebuilds the index, whether there is one or not. On PostgreSQL only the owner of the tables may. */
    void rebuild();

    /** {@link #rebuild()} with a listener, as of {@link #enable(Consumer)}. */
    void rebuild(Consumer<? super SearchProgress> progress);
}
