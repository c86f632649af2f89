package dev.modelscan.storage.cli;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.Map;
import jdk.jshell.JShell;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.execution.LocalExecutionControlProvider;

/** What JShell reads from an input that is no terminal. */
final class ShellInput extends FilterInputStream {

    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private byte last = '\n';

    ShellInput(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        if (count > 0) {
            read.write(bytes, offset, count);
            last = bytes[offset + count - 1];
        } else if (count < 0 && length > 0 && last != '\n') {
            // JShell drops a last line without an end.
            bytes[offset] = '\n';
            last = '\n';
            return 1;
        }
        return count;
    }

    /** The statement that was still open at the end; empty if all that was read is whole, or {@code /exit} ended it. */
    String openStatement() {
        String text = read.toString(Charset.defaultCharset());
        StringBuilder open = new StringBuilder();
        try (JShell shell = JShell.builder()
                .executionEngine(new LocalExecutionControlProvider(), Map.of())
                .build()) {
            SourceCodeAnalysis analysis = shell.sourceCodeAnalysis();
            for (String line : text.split("\\R")) {
                if (open.isEmpty() && line.strip().startsWith("/") && !isComment(line.strip())) {
                    if (line.strip().startsWith("/ex")) {
                        return "";
                    }
                    continue;
                }
                String rest = rest(analysis, open.append(line).append('\n').toString());
                open.setLength(0);
                open.append(rest);
            }
        }
        return open.toString().strip();
    }

    private static boolean isComment(String line) {
        return line.startsWith("//") || line.startsWith("/*");
    }

    /** What is behind the whole statements; empty if that is nothing but space and comments. */
    private static String rest(SourceCodeAnalysis analysis, String text) {
        String rest = text;
        while (!rest.isBlank()) {
            CompletionInfo found = analysis.analyzeCompletion(rest);
            if (found.completeness() == SourceCodeAnalysis.Completeness.EMPTY) {
                return "";
            }
            if (!found.completeness().isComplete()) {
                return rest;
            }
            rest = found.remaining();
        }
        return "";
    }
}
