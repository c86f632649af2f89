/**
 * The typed tables, generated from the migrations in {@code src/main/sql/sqlite}:
 * {@link dev.modelscan.storage.schema.Tables} has a constant for each.
 *
 * <p>A record's methods say {@code @Nullable} when their column allows null. The package is not {@code @NullMarked}:
 * the type of such a column is {@code TableField<TasksRecord, String>}, whose {@code String} would then promise more
 * than the column holds.
 *
 * @since 0.1.0
 */
package dev.modelscan.storage.schema;
