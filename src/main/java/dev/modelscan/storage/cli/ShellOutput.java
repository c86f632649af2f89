package dev.modelscan.storage.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** What JShell prints to what is no terminal. It ends with the prompt that found no more input. */
final class ShellOutput extends FilterOutputStream {

    /** JShell's prompt for a new statement. For the rest of one it has another. */
    private static final String PROMPT = "jshell> ";

    private final StringBuilder line = new StringBuilder();
    private boolean ended;

    ShellOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        out.write(b);
        note(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        for (int i = offset; i < offset + length; i++) {
            note(bytes[i]);
        }
    }

    /** Keeps the begin of the last line. */
    private void note(int b) {
        if (ended) {
            line.setLength(0);
        }
        ended = b == '\n';
        if (!ended && line.length() < PROMPT.length()) {
            line.append((char) b);
        }
    }

    /** Whether JShell was at a new statement when it ended, so that none was open. */
    boolean endsAtNewStatement() {
        return line.indexOf(PROMPT) == 0;
    }
}
