package dev.modelscan.storage.internal.codegen;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The library's sources, read by the compiler's parser: when tables are generated, no class is compiled. */
final class Sources {

    static final String ROOT = "dev.modelscan.storage";
    static final String REPOSITORIES = ROOT + ".internal.repository";

    private final Path directory;

    Sources(Path project) {
        directory = project.resolve("src/main/java");
    }

    /**
     * A component of a record.
     *
     * @param type as it is written, such as {@code long} or {@code AgentId}
     */
    record Component(String name, String type, boolean nullable) {}

    private Path file(String type) {
        return directory.resolve(type.replace('.', '/') + ".java");
    }

    /** Whether somebody has written that class. */
    boolean has(String type) {
        return Files.exists(file(type));
    }

    /** The package that has a class of that name. */
    Optional<String> packageOf(String simpleName) {
        try (Stream<Path> packages = Files.list(directory.resolve(ROOT.replace('.', '/')))) {
            return packages.filter(home -> Files.exists(home.resolve(simpleName + ".java")))
                    .map(home -> ROOT + "." + home.getFileName())
                    .sorted()
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isEnum(String type) {
        return parse(type).getKind() == Tree.Kind.ENUM;
    }

    /** The components of a record; none of anything else. */
    List<Component> components(String type) {
        ClassTree parsed = parse(type);
        if (parsed.getKind() != Tree.Kind.RECORD) {
            return List.of();
        }
        // A record can have no other fields than its components and static ones.
        return parsed.getMembers().stream()
                .filter(VariableTree.class::isInstance)
                .map(VariableTree.class::cast)
                .filter(field -> !field.getModifiers().getFlags().contains(Modifier.STATIC))
                .map(field -> new Component(
                        field.getName().toString(),
                        field.getType().toString(),
                        field.getModifiers().getAnnotations().toString().contains("Nullable")))
                .toList();
    }

    /** The version in a class's {@code @since}. */
    String since(String type) {
        try {
            return Files.readAllLines(file(type), StandardCharsets.UTF_8).stream()
                    .filter(line -> line.contains("@since "))
                    .map(line -> line.substring(line.indexOf("@since ") + "@since ".length()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(type + " lacks @since"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ClassTree parse(String type) {
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK is needed");
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, error -> {}, List.of("-proc:none"), null, files.getJavaFileObjects(file(type)));
            CompilationUnitTree unit = task.parse().iterator().next();
            return (ClassTree) unit.getTypeDecls().get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
