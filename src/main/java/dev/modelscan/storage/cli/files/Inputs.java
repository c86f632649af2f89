package dev.modelscan.storage.cli.files;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The sources that the arguments of a command name: files, directories, globs, archives, and {@code -}. */
public final class Inputs {

    /** Names of files that a directory or an archive is searched for. */
    private static final Pattern RECORDED =
            Pattern.compile("(?is).*\\.(json|jsonl|ndjson|traj|eval|db|sqlite|sqlite3|zip)(\\.gz|\\.zst)?");

    /** In the archive that ChatGPT exports, all else is about the account. */
    private static final Pattern CONVERSATIONS = Pattern.compile("(?i)(.*/)?conversations(-\\d+)?\\.json");

    private Inputs() {}

    /**
     * The sources, each once, in the order of the arguments; those of a directory by path.
     *
     * @throws NoSuchFileException if an argument names nothing; the message says so
     */
    public static List<Input> of(List<String> arguments, InputStream standardInput) throws IOException {
        Map<String, Input> inputs = new LinkedHashMap<>();
        for (String argument : arguments) {
            List<Input> found = argument.equals("-") ? List.of(Input.stream("-", standardInput)) : of(argument);
            found.forEach(input -> inputs.putIfAbsent(input.origin(), input));
        }
        Map<String, List<Input>> named = new LinkedHashMap<>();
        inputs.values().forEach(input -> named.computeIfAbsent(input.name(), unknown -> new ArrayList<>())
                .add(input));
        return inputs.values().stream()
                .map(input -> input.shownAs(shown(input, named.get(input.name()))))
                .toList();
    }

    /** The end of the path that no other source of that name has. */
    private static String shown(Input input, @Nullable List<Input> alike) {
        String origin = input.origin();
        int from = origin.length() - input.name().length();
        if (alike == null || alike.size() < 2 || from < 0) {
            return input.shown();
        }
        while (from > 0) {
            String end = origin.substring(from);
            if (alike.stream()
                    .allMatch(other ->
                            other.origin().equals(origin) || !other.origin().endsWith(end))) {
                return end;
            }
            from = origin.lastIndexOf(File.separatorChar, Math.max(0, from - 2)) + 1;
        }
        return origin;
    }

    private static List<Input> of(String argument) throws IOException {
        Path path;
        try {
            path = Path.of(argument);
        } catch (InvalidPathException e) {
            return glob(argument);
        }
        if (!Files.exists(path)) {
            return glob(argument);
        }
        return Files.isDirectory(path) ? directory(path) : file(path, false);
    }

    private static List<Input> directory(Path directory) throws IOException {
        List<Input> inputs = new ArrayList<>();
        // A link that is walked from is not followed.
        List<Path> files = walk(directory.toRealPath(), Integer.MAX_VALUE, inputs).stream()
                .filter(file -> RECORDED.matcher(file.toString()).matches())
                .filter(Files::isRegularFile)
                .sorted()
                .toList();
        files = OpenCodeFolder.without(files, inputs);
        files = OpenHandsFolder.without(files, inputs);
        files = GrokFolder.without(AntigravityFolder.without(files), inputs);
        for (Path file : ClineFolder.without(files, inputs)) {
            inputs.addAll(file(file, true));
        }
        if (inputs.isEmpty()) {
            throw new IOException("nothing to import in " + directory
                    + ": no .json, .jsonl, .ndjson, .traj, .eval, .zip or SQLite file is in it");
        }
        return inputs;
    }

    /**
     * The files below a directory.
     *
     * @param depth how many folders deep
     * @param unreadable takes a source for each folder that cannot be read, which says so when it is
     */
    private static List<Path> walk(Path root, int depth, List<Input> unreadable) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(root, Set.of(), depth, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                files.add(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                String name = String.valueOf(file.getFileName());
                Input.Opener opener = () -> {
                    throw failure;
                };
                unreadable.add(new Input(name, name, file.toString(), null, true, -1, opener));
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }

    /** A pattern that the shell did not expand. */
    private static List<Input> glob(String pattern) throws IOException {
        int wild = Stream.of('*', '?', '[', '{')
                .mapToInt(pattern::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
        if (wild < 0) {
            throw new NoSuchFileException(pattern);
        }
        int slash = pattern.substring(0, wild).lastIndexOf('/');
        Path base = Path.of(slash < 0 ? "." : pattern.substring(0, slash + 1));
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern.substring(slash + 1));
        if (!Files.isDirectory(base)) {
            throw new NoSuchFileException(pattern);
        }
        Path root = base.toRealPath();
        List<Input> inputs = new ArrayList<>();
        List<Path> files = walk(root, depth(pattern.substring(slash + 1)), inputs).stream()
                .filter(file -> matcher.matches(root.relativize(file)))
                .filter(Files::isRegularFile)
                .sorted()
                .toList();
        if (files.isEmpty() && inputs.isEmpty()) {
            throw new NoSuchFileException(pattern);
        }
        for (Path file : files) {
            inputs.addAll(file(file, false));
        }
        return inputs;
    }

    /** How many folders deep a pattern can find a file. */
    private static int depth(String pattern) {
        return pattern.contains("**")
                ? Integer.MAX_VALUE
                : 1 + (int) pattern.chars().filter(each -> each == '/').count();
    }

    private static List<Input> file(Path file, boolean found) throws IOException {
        if (!Files.isRegularFile(file)) {
            return List.of(Input.pipe(file));
        }
        Input session = GrokFolder.of(file, found);
        session = session == null ? ClineFolder.of(file, found) : session;
        if (session != null) {
            return List.of(session);
        }
        Input whole = AntigravityFolder.named(Input.file(file, found));
        if (!Decoded.isZip(Decoded.start(file))) {
            return List.of(whole);
        }
        try {
            return archive(file, whole);
        } catch (UnreadableException e) {
            // Those beside it are read.
            return List.of(whole.opening(() -> {
                throw e;
            }));
        }
    }

    private static List<Input> archive(Path file, Input whole) throws IOException {
        List<Archive.Entry> all = Archive.entries(file);
        List<Archive.Entry> recorded = all.stream()
                .filter(entry -> RECORDED.matcher(entry.name()).matches())
                .toList();
        String header = EvalLog.header(all);
        if (header != null) {
            requireDistinctNames(EvalLog.read(all, header));
            return List.of(whole.opening(() -> EvalLog.open(file, all, header)));
        }
        List<Archive.Entry> exported = recorded.stream()
                .filter(entry -> CONVERSATIONS.matcher(entry.name()).matches())
                .toList();
        List<Archive.Entry> entries = exported.isEmpty() ? recorded : exported;
        if (entries.isEmpty()) {
            throw UnreadableException.otherThing("is a zip archive without a .json, .jsonl or SQLite file in it");
        }
        requireDistinctNames(entries);
        List<Input> inputs = new ArrayList<>();
        for (Archive.Entry entry : entries) {
            String name = entries.size() == 1 ? whole.name() : whole.name() + "!" + entry.name();
            inputs.add(new Input(
                    name,
                    name,
                    whole.origin() + "!" + entry.name(),
                    file,
                    whole.found() || entries.size() > 1,
                    entry.size(),
                    () -> Archive.open(file, entry.name())));
        }
        return inputs;
    }

    /** They are read by their names, so only one of two would be. */
    private static void requireDistinctNames(List<Archive.Entry> entries) throws UnreadableException {
        Set<String> names = new HashSet<>();
        for (Archive.Entry entry : entries) {
            if (!names.add(entry.name())) {
                throw new UnreadableException("is a zip archive with two files named " + entry.name()
                        + "; unpack it, and give them two names");
            }
        }
    }
}
