package dev.modelscan.storage.cli.files;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A folder in which OpenHands keeps a conversation: a file for each event in {@code events}, and, since 2025, its state. It is
 * one source: the events as {@code history}, and the state.
 *
 * @param conversation the folder
 * @param events the files of the events, in order
 */
record OpenHandsFolder(Path conversation, List<Path> events) {

    private static final Pattern EVENT = Pattern.compile("(?:event-)?(\\d{1,9})(?:-[\\w-]+)?\\.json");

    /** Files of the conversation beside its events: its state, and copies of the events. */
    private static final Set<String> BESIDE = Set.of("base_state.json", "event_cache");

    /**
     * Takes the files that belong to conversations away.
     *
     * @param files the files of a directory
     * @param inputs takes the conversations
     * @return the other files
     */
    static List<Path> without(List<Path> files, List<Input> inputs) throws IOException {
        Map<Path, List<Path>> conversations = new TreeMap<>();
        for (Path file : files) {
            Path folder = file.toAbsolutePath().normalize().getParent();
            if (folder != null && folder.endsWith("events") && number(file) != null && folder.getParent() != null) {
                conversations
                        .computeIfAbsent(folder.getParent(), unknown -> new ArrayList<>())
                        .add(file);
            }
        }
        Set<Path> belong = new HashSet<>();
        for (Map.Entry<Path, List<Path>> each : conversations.entrySet()) {
            List<Path> events = each.getValue();
            events.sort(Comparator.comparing(OpenHandsFolder::number));
            if (isEvent(OpenCodeFolder.json(events.get(0)))) {
                OpenHandsFolder folder = new OpenHandsFolder(each.getKey(), events);
                belong.addAll(events);
                files.stream().filter(folder::holdsBeside).forEach(belong::add);
                inputs.add(folder.input());
            }
        }
        return files.stream().filter(file -> !belong.contains(file)).toList();
    }

    private static @Nullable Integer number(Path file) {
        Matcher name = EVENT.matcher(String.valueOf(file.getFileName()));
        return name.matches() ? Integer.valueOf(name.group(1)) : null;
    }

    private static boolean isEvent(JsonNode json) {
        boolean isNamed = json.path("kind").isTextual()
                || json.path("action").isTextual()
                || json.path("observation").isTextual();
        return isNamed && json.path("source").isTextual();
    }

    private boolean holdsBeside(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        return BESIDE.stream().map(conversation::resolve).anyMatch(absolute::startsWith);
    }

    /** Behind the mark of an archive's entry, since the first event's file is not the whole source. */
    private Input input() throws IOException {
        String name = String.valueOf(conversation.getFileName());
        String origin = conversation.toRealPath() + "!events";
        return new Input(name, name, origin, events.get(0), true, -1, this::open);
    }

    private InputStream open() throws IOException {
        Path state = conversation.resolve("base_state.json");
        List<Input.Opener> parts = new ArrayList<>();
        if (Files.isRegularFile(state)) {
            parts.add(() -> EvalLog.text("{\"base_state\":"));
            parts.add(() -> OpenCodeFolder.bytes(state));
            parts.add(() -> EvalLog.text(",\"history\":["));
        } else {
            String start = "{\"instance_id\":\"" + OpenCodeFolder.name(conversation) + "\",\"history\":[";
            parts.add(() -> EvalLog.text(start));
        }
        for (Path event : events) {
            parts.add(() -> EvalLog.text(event.equals(events.get(0)) ? "" : ","));
            parts.add(() -> OpenCodeFolder.bytes(event));
        }
        parts.add(() -> EvalLog.text("]}"));
        return new Joined(parts.iterator());
    }
}
