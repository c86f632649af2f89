package dev.modelscan.storage.benchmark.system;

import dev.modelscan.storage.benchmark.harness.NativeTools;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The program in C against the SQLite library of the machine. It stays alive between its turns and is told each turn through
 * its input, so that its statements and pages stay as warm as those of the others.
 */
public final class NativeProgram implements AutoCloseable {

    /** What reports call it. */
    public static final String LABEL = "C, libsqlite3";

    private final Process process;
    private final Writer input;
    private final BufferedReader output;

    private NativeProgram(Process process) {
        this.process = process;
        this.input = process.outputWriter(StandardCharsets.UTF_8);
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts it on a database; nothing where it cannot be compiled here. */
    public static Optional<NativeProgram> start(Path directory, Path database) throws IOException {
        Optional<Path> program = NativeTools.compileProgram(directory);
        if (program.isEmpty()) {
            return Optional.empty();
        }
        Process process = new ProcessBuilder(program.get().toString(), database.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return Optional.of(new NativeProgram(process));
    }

    /** The version of the library that it is linked to. */
    public String sqliteVersion() throws IOException {
        return ask("version 0 0");
    }

    /** Does one thing for so long, and returns how often per second. */
    public double run(String operation, int argument, long nanos) throws IOException {
        return Double.parseDouble(ask(operation + " " + argument + " " + nanos));
    }

    private String ask(String command) throws IOException {
        input.write(command + "\n");
        input.flush();
        String answer = output.readLine();
        if (answer == null) {
            throw new IOException("the C program ended at: " + command);
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        input.close();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
