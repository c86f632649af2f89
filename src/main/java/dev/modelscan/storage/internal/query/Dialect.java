package dev.modelscan.storage.internal.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/** What executing a compiled query needs to know of an engine. */
public interface Dialect {

    /** The engine's name, in lower case, as folders of the class path have it. */
    String name();

    /** The language that jOOQ renders. */
    SQLDialect jooq();

    /** One expression that holds all of the columns as {@link PackedRow} reads them; null to read them one by one. */
    default @Nullable Field<?> packed(List<Field<?>> columns) {
        return null;
    }

    /** The text in a column, by the way that is fastest with this engine's driver; null for SQL's null. */
    @Nullable
    String text(ResultSet rows, int column) throws SQLException;
}
