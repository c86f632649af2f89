package dev.modelscan.storage.cli;

import dev.modelscan.storage.cli.temporary.TemporaryFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * Runs short commands once, so that a class-data archive that is made of this JVM has their classes. Unpacks SQLite's library,
 * which the driver else does at each start.
 */
final class Rehearsal {

    private Rehearsal() {}

    /** Works in a temporary directory, and prints the version. The argument is the new directory of SQLite's library. */
    public static void main(String[] args) throws IOException {
        unpackLibrary(Path.of(args[0]));
        Path directory = Files.createTempDirectory("modelscan-rehearsal-");
        try {
            Path sample = directory.resolve(DemoCommand.SAMPLE);
            try (InputStream in = DemoCommand.sample()) {
                Files.copy(in, sample);
            }
            String db = directory.resolve("rehearsal.db").toString();
            run("import", sample.toString(), "--db", db);
            run("status", "--db", db);
            run("list", "tasks", "--db", db);
            run("list", "tasks", "--status", "completed", "--newest", "--db", db);
            run("list", "conversations", "--json", "--db", db);
            run("list", "tools", "--db", db);
            run("query", "SELECT count(*) AS n FROM messages", "--db", db);
            String id = run("query", "SELECT min(id) FROM conversations", "--format", "csv", "--db", db);
            run("show", id.lines().skip(1).findFirst().orElseThrow(), "--db", db);
            run("report", "--db", db);
            run("report", "--help");
            Main.main(new String[] {"--version"});
        } finally {
            TemporaryFiles.delete(directory);
        }
    }

    private static void unpackLibrary(Path directory) throws IOException {
        String name = LibraryLoaderUtil.getNativeLibName();
        String resource = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
        try (InputStream in = Objects.requireNonNull(LibraryLoaderUtil.class.getResourceAsStream(resource), resource)) {
            Files.copy(in, Files.createDirectories(directory).resolve(name));
        }
    }

    private static String run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        if (Main.run(args, new PrintWriter(out), new PrintWriter(err)) != 0) {
            throw new IllegalStateException(String.join(" ", args) + ": " + err);
        }
        return out.toString();
    }
}
