package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.RowMapper;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A kind of record that has a repository of the usual form. The build lists all of them in {@code Entities}.
 *
 * @param <R> the record
 */
public record Entity<R>(
        Class<R> record,
        Class<?> repository,
        Supplier<Columns<R>> columns,
        RowMapper<R> mapper,
        Function<Sessions, ?> maker) {}
