package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/** Runs a command as on a terminal. */
final class TerminalRun {

    private TerminalRun() {}

    /** What its progress bars print, which go to the process's standard error. */
    static String bars(String... args) {
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            int code = Main.run(args, new PrintWriter(new StringWriter()), new PrintWriter(err), true);
            assertThat(code).as(err.toString()).isZero();
        } finally {
            System.setErr(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
