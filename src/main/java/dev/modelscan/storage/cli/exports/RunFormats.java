package dev.modelscan.storage.cli.exports;

import java.util.List;
import java.util.Optional;

/** The forms in which runs are written. */
public final class RunFormats {

    private static final List<RunFormat> ALL = List.of(
            new OpenAiFormat(), new AnthropicFormat(), new AtifFormat(), new ShareGptFormat(), new OtlpFormat());

    private RunFormats() {}

    /** The form of that name. */
    public static Optional<RunFormat> named(String name) {
        return ALL.stream().filter(format -> format.name().equals(name)).findFirst();
    }

    /** The names of all. */
    public static List<String> names() {
        return ALL.stream().map(RunFormat::name).toList();
    }
}
