package dev.modelscan.storage.cli.archives;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.archives.ArchivedTables.Archived;
import java.io.IOException;
import java.util.function.LongConsumer;
import org.jooq.Converter;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;

/** Reads the rows of tables. Memory does not grow with their number. */
final class TableRows {

    /** Rows that a driver may hold at once; of a table with bytes, pieces of up to 1 MiB, a few. */
    private static final int FETCHED = 500;

    private static final int FETCHED_OF_BYTES = 8;

    private final DSLContext dsl;
    private final LongConsumer progress;
    private long read;

    /**
     * Of the tables that the transaction of {@code dsl} sees.
     *
     * @param progress is told now and then how many rows were read
     */
    TableRows(DSLContext dsl, LongConsumer progress) {
        this.dsl = dsl;
        this.progress = progress;
    }

    /** Takes a row. */
    @FunctionalInterface
    interface Taker {
        void take(Record row) throws IOException;
    }

    /** Gives the rows of a table in the order of their keys, and returns how many there are. */
    long forEach(Archived table, Taker taker) throws IOException {
        boolean bytes =
                table.fields().stream().anyMatch(field -> field.getConverter().fromType() == byte[].class);
        long count = 0;
        try (Cursor<Record> cursor = dsl.select(table.fields())
                .from(table.table())
                .orderBy(table.key())
                .fetchSize(bytes ? FETCHED_OF_BYTES : FETCHED)
                .fetchLazy()) {
            for (Record row : cursor) {
                taker.take(row);
                count++;
                if (++read % FETCHED == 0) {
                    tell();
                }
            }
        }
        return count;
    }

    /** Tells how many rows were read. */
    void tell() {
        progress.accept(read);
    }

    /** Puts a value as the database stores it: a number, text, or bytes as base64. */
    @SuppressWarnings("unchecked")
    static <T> void put(ObjectNode line, Field<T> field, T value) {
        Object stored = ((Converter<Object, T>) field.getConverter()).to(value);
        if (stored instanceof byte[] bytes) {
            line.put(field.getName(), bytes);
        } else if (stored instanceof Number number) {
            line.put(field.getName(), number.longValue());
        } else {
            line.put(field.getName(), stored.toString());
        }
    }
}
