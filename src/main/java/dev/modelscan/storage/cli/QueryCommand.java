package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.StorageException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jooq.Cursor;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Runs a query of the user's. The connection cannot write, whatever the SQL says. */
@Command(
        name = "query",
        description = {
            "Runs SQL that reads, on a connection that cannot write, and prints the rows.",
            "",
            "Exit code 1 if the SQL is wrong; the message says where."
        })
final class QueryCommand extends DatabaseCommand {

    /** How rows are printed. */
    enum Format {
        table,
        csv,
        json,
        markdown
    }

    private static final int FETCHED = 500;

    @Parameters(paramLabel = "<sql>", description = "The query.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String sql;

    @Option(
            names = "--param",
            paramLabel = "<value>",
            description =
                    "The value of the next ? in the query: a whole number, another number, or else text. May be repeated.")
    private List<String> params = new ArrayList<>();

    @Option(
            names = "--format",
            paramLabel = "<format>",
            defaultValue = "table",
            description = "How to print the rows: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Format format = Format.table;

    @Option(
            names = "--limit",
            paramLabel = "<rows>",
            defaultValue = "1000",
            description = "The most rows, 1 to 1,000,000. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(
            names = "--timeout",
            paramLabel = "<seconds>",
            defaultValue = "60",
            description = "How long the query may take, 1 to 86,400 seconds. Default: ${DEFAULT-VALUE}.")
    private int timeout;

    @Override
    Database open() {
        require("--limit", limit, 1_000_000);
        require("--timeout", timeout, 86_400);
        return builder().readOnly().queryTimeout(Duration.ofSeconds(timeout)).open();
    }

    private void require(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw new ParameterException(spec.commandLine(), option + " is " + value + "; it has to be 1 to " + most);
        }
    }

    @Override
    Result execute(Database db) {
        requireValues(db.dsl().dialect());
        Object[] values = params.stream().map(QueryCommand::value).toArray();
        List<List<Object>> rows = new ArrayList<>();
        boolean more = false;
        try (Cursor<Record> cursor =
                db.dsl().resultQuery(sql, values).fetchSize(FETCHED).fetchLazy()) {
            List<String> columns =
                    Arrays.stream(cursor.fields()).map(Field::getName).toList();
            for (Record row : cursor) {
                more = rows.size() == limit;
                if (more) {
                    break;
                }
                rows.add(Arrays.asList(row.intoArray()));
            }
            return new QueryRows(json ? Format.json : format, columns, rows, more);
        } catch (ReadOnlyException e) {
            // The message names calls of the Java API, which are of no use here.
            throw new StorageException("query: this SQL writes or sets something, and query only reads", e);
        } catch (IllegalStateException e) {
            throw new StorageException("query: " + e.getMessage(), e);
        } catch (StorageException e) {
            throw SqlPlace.named(e, sql);
        }
    }

    /** jOOQ leaves a parameter without a value as it is, which SQLite takes for null, and a value without a parameter out. */
    private void requireValues(SQLDialect dialect) {
        // More than there are, if some are in comments or literals. As many as jOOQ finds take one.
        Object[] most = sql.chars().filter(c -> c == '?' || c == ':').boxed().toArray();
        int found = DSL.using(dialect).resultQuery(sql, most).getParams().size();
        if (found != params.size()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the query has " + (found == 0 ? "no parameter" : Count.of(found, "parameter")) + " (?), and "
                            + Count.of(params.size(), "value") + "; "
                            + (found == 0 ? "leave out --param" : "give a --param for each"));
        }
    }

    private static Object value(String text) {
        // 007 is the text of an id, and no way to write 7.
        if (text.matches("0|-?[1-9]\\d{0,17}")) {
            return Long.valueOf(text);
        }
        return text.matches("-?(0|[1-9]\\d*)\\.\\d+") ? new BigDecimal(text) : text;
    }
}
