package dev.modelscan.storage.internal.query;

import java.sql.SQLException;
import java.util.List;

/**
 * SQL of the triggers that record changes for the audit log. Values look alike on all engines, as in documents of {@link
 * Catalog}; a hidden one is {@link #HIDDEN}.
 */
public interface Changes {

    /** What stands for a value that must not be recorded. */
    String HIDDEN = "[redacted]";

    /** The turn that whoever adds to the audit log's chain takes. */
    String TURN = "audit log";

    /**
     * A column whose changes are recorded.
     *
     * @param hidden whether its values are hidden
     * @param members the members of its JSON objects that are hidden
     */
    record Recorded(Catalog.Column column, boolean hidden, List<String> members) {}

    /**
     * SQL for the text of a row's key: the value of its only column, or a JSON array of the values.
     *
     * @param key the key's columns; empty if the table has none
     */
    String key(List<Catalog.Column> key, String row);

    /** SQL for the number of bytes of a text. */
    String bytes(String text);

    /** A statement of a trigger that refuses the change if a condition holds, and says why. */
    String refuse(String condition, String reason);

    /** SQL that fixes, in the definition of a function, what a session may set about the texts of such values. */
    String settings(List<Catalog.Column> columns);

    /** SQL that is true if a stored value of the row has changed. */
    String isChanged(List<Catalog.Column> columns, String before, String after);

    /** SQL for a JSON object with the values of a row that are not null. */
    String values(List<Recorded> columns, String row);

    /** SQL for a JSON object with an array of two values, before and after, for each column that has changed. */
    String differences(List<Recorded> columns, String before, String after);

    /** Says who writes in the session's transaction until it ends, or until {@link #actNoMore}. */
    void actAs(Session session, String actor) throws SQLException;

    /** Forgets who writes. */
    void actNoMore(Session session) throws SQLException;

    /** Whether the end of a transaction forgets who wrote in it. */
    boolean forgetsActor();

    /** Whether the triggers number entries without gaps, in the order of commits. */
    boolean numbersEntries();

    /** A text as SQL. */
    String text(String text);
}
