package dev.modelscan.storage.internal.engine;

import java.nio.file.Path;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Where a database is, as a caller gave it to the builder.
 *
 * @param kind which of the following says where it is
 * @param path the file, or the directory of the workspaces' files; null unless the kind is FILE
 * @param url the URL of a server; null unless the kind is SERVER
 * @param readUrl the URL that {@code dsl()} reads from; null for the same server
 * @param user the role to connect as; null if the URL or the driver's defaults say it
 * @param password the role's password; null likewise
 * @param dataSource the caller's own connections; null unless the kind is DATA_SOURCE
 * @param workspace the workspace to open; null for none
 */
public record DatabaseLocation(
        Kind kind,
        @Nullable Path path,
        @Nullable String url,
        @Nullable String readUrl,
        @Nullable String user,
        @Nullable String password,
        @Nullable DataSource dataSource,
        @Nullable String workspace) {

    /** What a builder can be told to open. */
    public enum Kind {
        FILE("path", "a path"),
        MEMORY("inMemory", "inMemory()"),
        SERVER("url", "a URL"),
        DATA_SOURCE("dataSource", "a data source");

        private final String option;
        private final String text;

        Kind(String option, String text) {
            this.option = option;
            this.text = text;
        }

        /** The builder's option that gives it. */
        public String option() {
            return option;
        }

        /** What messages call it: {@code with a URL}. */
        public String text() {
            return text;
        }
    }

    /** Shows no password, and no URL, which may hold one. */
    @Override
    public String toString() {
        return path == null ? kind.text : kind.text + " " + path;
    }
}
