package dev.modelscan.storage.internal.engines;

import dev.modelscan.storage.internal.engine.DatabaseLocation;
import dev.modelscan.storage.internal.engine.Engine;
import dev.modelscan.storage.internal.engine.FileBackups;
import dev.modelscan.storage.internal.postgres.PostgresEngine;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Expressions;
import dev.modelscan.storage.internal.sqlite.SqliteEngine;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jooq.SQLDialect;
import org.jooq.Scope;
import org.jooq.exception.SQLDialectNotSupportedException;

/**
 * The engines. A list in code, and no ServiceLoader: a jar that merges or relocates classes and a native
 * image keep it as it is, and the compiler checks it. It loads no driver: an engine's class needs none.
 */
public final class Engines {

    /** All engines. The first one that accepts a location opens it. */
    public static final List<Engine> ALL = List.of(new SqliteEngine(), new PostgresEngine());

    private Engines() {}

    /** The engine that opens what is there. */
    public static Engine at(DatabaseLocation location) {
        return ALL.stream()
                .filter(engine -> engine.accepts(location))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no engine accepts " + location));
    }

    /**
     * The engine of a name, in any case.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Engine named(String name) {
        return ALL.stream()
                .filter(engine -> engine.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("engine " + name + " is unknown; write "
                        + ALL.stream()
                                .map(each -> each.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(" or "))));
    }

    /** Backups of databases that are files. */
    public static FileBackups backups() {
        return ALL.stream()
                .map(Engine::backups)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no engine keeps its databases in files"));
    }

    /** The SQL of the engine for which a query is rendered. */
    public static Expressions expressions(Scope context) {
        return dialect(context).expressions();
    }

    /**
     * The dialect of the engine for which a query is rendered or run, by its jOOQ family. What jOOQ shows as
     * text, such as {@code query.toString()}, is for no engine and never runs; it is shown in the SQL of the
     * first one.
     *
     * @throws SQLDialectNotSupportedException if no engine has that family
     */
    public static Dialect dialect(Scope context) {
        SQLDialect family = context.family();
        for (Engine engine : ALL) {
            if (family == SQLDialect.DEFAULT || engine.dialect().jooq().family() == family) {
                return engine.dialect();
            }
        }
        throw new SQLDialectNotSupportedException("this library has no SQL for " + family + ", only for "
                + ALL.stream().map(Engine::name).collect(Collectors.joining(" and "))
                + "; query through Database.dsl() or Tx.dsl()");
    }
}
